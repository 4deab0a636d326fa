using System.Text.Json;
using Hedgerow.Auth.External.Configuration;
using Hedgerow.Auth.External.Http;
using Hedgerow.Auth.External.SignIn;
using Hedgerow.Auth.Http;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.External.Custom;

/// <summary>Makes a provider of a body, or says what is wrong with it (supabase/auth, internal/api/custom_oauth_admin.go).</summary>
public static class CustomProviderInput
{
    private const int MaxEntries = 100;
    private const int MaxText = 512;

    /// <summary>What no provider may decide: who someone is here, what they may do, and whether an address was proved.</summary>
    private static readonly string[] s_protected =
    [
        "id", "aud", "role", "app_metadata", "created_at", "updated_at", "confirmed_at", "email_confirmed_at", "phone_confirmed_at", "email_verified", "phone_verified",
        "banned_until", "is_super_admin",
    ];

    /// <summary>A new provider; everything that its type needs must be there.</summary>
    /// <param name="mayBeInsecure">Which of its addresses may be <c>http</c>.</param>
    public static Result<CustomProvider> Create(CustomProviderBody body, Func<Uri, bool> mayBeInsecure)
    {
        if (body.ProviderType is not ("oauth2" or "oidc")) return AuthErrors.Invalid("provider_type must be either 'oauth2' or 'oidc'");
        if (!Identifier(body.Identifier).Ok(out var identifier, out var error)) return error;
        var isOidc = body.ProviderType == "oidc";
        foreach (var (name, value) in ((string, string?)[])
        [
            ("name", body.Name), ("client_id", body.ClientId), ("client_secret", body.ClientSecret),
            .. isOidc ? [("issuer", body.Issuer)]
                : ((string, string?)[])[("authorization_url", body.AuthorizationUrl), ("token_url", body.TokenUrl), ("userinfo_url", body.UserinfoUrl)],
        ])
        {
            if (!string.IsNullOrEmpty(value)) continue;
            var whom = name == "issuer" ? " for OIDC providers" : name.EndsWith("_url", StringComparison.Ordinal) ? " for OAuth2 providers" : "";
            return AuthErrors.Invalid($"{name} is required{whom}");
        }
        var empty = new CustomProvider { Id = Guid.NewGuid(), ProviderType = body.ProviderType, Identifier = identifier, Name = "", ClientId = "", ClientSecret = "" };
        return Change(empty, body, mayBeInsecure);
    }

    /// <summary><paramref name="provider"/> with what <paramref name="body"/> names; what it leaves out, or leaves empty, stays.</summary>
    public static Result<CustomProvider> Change(CustomProvider provider, CustomProviderBody body, Func<Uri, bool> mayBeInsecure)
    {
        if (ParameterFlaw(body.AuthorizationParams) is { } badParameter) return badParameter;
        if (MappingFlaw(body.AttributeMapping) is { } badMapping) return badMapping;
        foreach (var (name, list) in new[] { ("acceptable_client_ids", body.AcceptableClientIds), ("scopes", body.Scopes), ("custom_claims_allowlist", body.CustomClaimsAllowlist) })
        {
            if (ListFlaw(name, list) is { } badList) return badList;
        }
        var scopes = Texts(body.Scopes) ?? provider.Scopes;
        var changed = provider with
        {
            Name = Or(body.Name, provider.Name)!,
            ClientId = Or(body.ClientId, provider.ClientId)!,
            ClientSecret = Or(body.ClientSecret, provider.ClientSecret)!,
            AcceptableClientIds = Texts(body.AcceptableClientIds) ?? provider.AcceptableClientIds,
            Scopes = provider.IsOidc && !scopes.Contains("openid") ? ["openid", .. scopes] : scopes,
            PkceEnabled = body.PkceEnabled ?? provider.PkceEnabled,
            AttributeMapping = body.AttributeMapping is null ? provider.AttributeMapping : JsonSerializer.Serialize(body.AttributeMapping),
            AuthorizationParams = body.AuthorizationParams is null ? provider.AuthorizationParams : JsonSerializer.Serialize(body.AuthorizationParams),
            CustomClaimsAllowlist = Texts(body.CustomClaimsAllowlist) ?? provider.CustomClaimsAllowlist,
            Enabled = body.Enabled ?? provider.Enabled,
            EmailOptional = body.EmailOptional ?? provider.EmailOptional,
        };
        changed = provider.IsOidc
            ? changed with
            {
                Issuer = Or(body.Issuer, provider.Issuer),
                DiscoveryUrl = Or(body.DiscoveryUrl, provider.DiscoveryUrl),
                SkipNonceCheck = body.SkipNonceCheck ?? provider.SkipNonceCheck,
            }
            : changed with
            {
                AuthorizationUrl = Or(body.AuthorizationUrl, provider.AuthorizationUrl),
                TokenUrl = Or(body.TokenUrl, provider.TokenUrl),
                UserinfoUrl = Or(body.UserinfoUrl, provider.UserinfoUrl),
                JwksUri = Or(body.JwksUri, provider.JwksUri),
            };
        if (changed.Name.Length > 100) return AuthErrors.Invalid("name must have at most 100 characters");
        if (changed.ClientId.Length > MaxText) return AuthErrors.Invalid($"client_id must have at most {MaxText} characters");
        if (body.ClientSecret?.Length > 4096) return AuthErrors.Invalid("client_secret must have at most 4096 characters");
        foreach (var (name, url) in changed.Addresses)
        {
            if (ProviderUrl.Flaw(url, mayBeInsecure) is { } flaw) return AuthErrors.Invalid($"{name} {flaw}");
        }
        return changed;
    }

    private static Result<string> Identifier(string? identifier)
    {
        if (string.IsNullOrEmpty(identifier)) return AuthErrors.Invalid("identifier is required");
        var hasPrefix = identifier.StartsWith(CustomProvider.Prefix, StringComparison.OrdinalIgnoreCase);
        var name = hasPrefix ? identifier[CustomProvider.Prefix.Length..] : identifier;
        if (BuiltInProviders.Names.Contains(name.ToLowerInvariant()) && !hasPrefix)
            return AuthErrors.Invalid($"Cannot use reserved provider name: {name}. This provider is already built into Supabase Auth.");
        var full = CustomProvider.Prefix + name;
        return CustomProvider.IsIdentifier(full) ? full : AuthErrors.Invalid("identifier must have 1 to 100 letters, digits, hyphens or underscores");
    }

    private static ApiError? ParameterFlaw(Dictionary<string, JsonElement>? parameters)
    {
        if (parameters is null) return null;
        if (parameters.Count > MaxEntries) return AuthErrors.Invalid($"authorization_params must have at most {MaxEntries} entries");
        foreach (var (name, value) in parameters)
        {
            if (AuthorizationUrl.IsReserved(name)) return AuthErrors.Invalid($"Cannot override reserved OAuth parameter: {name}");
            if (value.ValueKind != JsonValueKind.String) return AuthErrors.Invalid($"Authorization parameter \"{name}\" must be a string");
        }
        return null;
    }

    private static ApiError? MappingFlaw(Dictionary<string, JsonElement>? mapping)
    {
        if (mapping is null) return null;
        if (mapping.Count > MaxEntries) return AuthErrors.Invalid($"attribute_mapping must have at most {MaxEntries} entries");
        return mapping.Keys.FirstOrDefault(s_protected.Contains) is { } target ? AuthErrors.Invalid($"Cannot map to protected system field: {target}") : null;
    }

    private static ApiError? ListFlaw(string name, string?[]? list) =>
        list is null ? null
        : list.Length > MaxEntries ? AuthErrors.Invalid($"{name} must have at most {MaxEntries} entries")
        : list.Any(entry => string.IsNullOrWhiteSpace(entry) || entry.Length > MaxText) ? AuthErrors.Invalid($"{name} entries must be non-empty strings of at most {MaxText} characters")
        : null;

    private static string[]? Texts(string?[]? list) => list is null ? null : [.. list.Select(entry => entry!)];

    private static string? Or(string? given, string? present) => string.IsNullOrEmpty(given) ? present : given;
}
