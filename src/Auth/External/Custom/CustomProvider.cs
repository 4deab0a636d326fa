using System.Text.Json;
using System.Text.RegularExpressions;
using Hedgerow.Auth.External.Profiles;

namespace Hedgerow.Auth.External.Custom;

/// <summary>A provider beside the built-in ones: a row of <c>auth.custom_oauth_providers</c>, or an element of the configuration.</summary>
public sealed partial record CustomProvider
{
    public const string Prefix = "custom:";

    public Guid Id { get; init; }

    /// <summary><c>oidc</c> or <c>oauth2</c>.</summary>
    public required string ProviderType { get; init; }

    /// <summary>With its prefix.</summary>
    public required string Identifier { get; init; }

    public required string Name { get; init; }
    public required string ClientId { get; init; }

    /// <summary>Sealed where it comes from the table.</summary>
    public required string ClientSecret { get; init; }

    public string[] AcceptableClientIds { get; init; } = [];
    public string[] Scopes { get; init; } = [];
    public bool PkceEnabled { get; init; } = true;

    /// <summary>A JSON object.</summary>
    public string AttributeMapping { get; init; } = "{}";

    /// <summary>A JSON object of texts.</summary>
    public string AuthorizationParams { get; init; } = "{}";

    public string[] CustomClaimsAllowlist { get; init; } = [];
    public bool Enabled { get; init; } = true;
    public bool EmailOptional { get; init; }
    public string? Issuer { get; init; }
    public string? DiscoveryUrl { get; init; }
    public bool SkipNonceCheck { get; init; }
    public string? AuthorizationUrl { get; init; }
    public string? TokenUrl { get; init; }
    public string? UserinfoUrl { get; init; }
    public string? JwksUri { get; init; }
    public DateTime CreatedAt { get; init; }
    public DateTime UpdatedAt { get; init; }

    public bool IsOidc => ProviderType == "oidc";

    /// <summary>The addresses that belong to its type.</summary>
    public IEnumerable<(string Name, string Url)> Addresses
    {
        get
        {
            (string Name, string? Url)[] all = IsOidc
                ? [("issuer", Issuer), ("discovery_url", DiscoveryUrl)]
                : [("authorization_url", AuthorizationUrl), ("token_url", TokenUrl), ("userinfo_url", UserinfoUrl), ("jwks_uri", JwksUri)];
            return all.Where(address => address.Url is not null).Select(address => (address.Name, address.Url!));
        }
    }

    /// <summary>Whether <paramref name="name"/> is a name of such a provider.</summary>
    public static bool IsIdentifier(string name) => Pattern().IsMatch(name);

    /// <param name="secret">The client's secret, in clear.</param>
    /// <param name="isGuarded">It was added over HTTP.</param>
    public ProviderSetup ToSetup(string secret, string redirectUri, bool isGuarded)
    {
        var claims = new ClaimMapping(JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(AttributeMapping)!, CustomClaimsAllowlist);
        string[] audiences = [ClientId, .. AcceptableClientIds];
        var parameters = JsonSerializer.Deserialize<Dictionary<string, string>>(AuthorizationParams)!;
        if (!IsOidc)
            return new OAuth2Setup
            {
                Name = Identifier,
                Audiences = audiences,
                Secret = secret,
                RedirectUri = redirectUri,
                Scopes = Scopes,
                RequestReplacesScopes = true,
                UsesPkce = PkceEnabled,
                EmailOptional = EmailOptional,
                IsGuarded = isGuarded,
                AuthorizationParameters = parameters,
                Endpoints = new ProviderEndpoints(AuthorizationUrl!, TokenUrl!, ClientAuthentication.Either),
                ReadProfile = new UserinfoProfile(UserinfoUrl!, claims).ReadAsync,
            };
        return new OidcSetup
        {
            Name = Identifier,
            Audiences = audiences,
            Secret = secret,
            RedirectUri = redirectUri,
            Scopes = Scopes,
            RequestReplacesScopes = true,
            UsesPkce = PkceEnabled,
            EmailOptional = EmailOptional,
            IsGuarded = isGuarded,
            AuthorizationParameters = parameters,
            Issuer = Issuer!,
            DiscoveryUrl = DiscoveryUrl ?? OidcSetup.StandardDiscoveryUrl(Issuer!),
            SkipNonceCheck = SkipNonceCheck,
            ReadClaims = claims.Read,
        };
    }

    [GeneratedRegex("""^custom:[a-zA-Z0-9_-]{1,100}\z""", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
