using System.Text.Json;
using System.Text.Json.Nodes;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.External.Profiles;

/// <summary>How the claims of an OpenID Connect provider, or of a userinfo endpoint, become a profile.</summary>
/// <param name="Attributes">Target to source claim (a string), or to a literal (anything else).</param>
/// <param name="Allowlist">Claims that are copied as they are into <c>custom_claims</c>.</param>
public sealed record ClaimMapping(IReadOnlyDictionary<string, JsonElement> Attributes, IReadOnlyList<string> Allowlist)
{
    /// <summary>The claims that a profile has (OpenID Connect Core, 5.1, and GoTrue's own). Those of the token itself are not the person's.</summary>
    private static readonly string[] s_texts =
    [
        "iss", "name", "family_name", "given_name", "middle_name", "nickname", "preferred_username", "profile", "picture", "website", "gender", "birthdate",
        "zoneinfo", "locale", "updated_at", "phone", "full_name", "avatar_url", "slug", "provider_id", "user_name",
    ];

    public static ClaimMapping None { get; } = new(new Dictionary<string, JsonElement>(), []);

    /// <param name="claims">What the provider said: a JSON object.</param>
    public Result<ExternalUser> Read(JsonElement claims)
    {
        if (claims.ValueKind != JsonValueKind.Object) return ExternalErrors.ProfileUnusable("it is no JSON object");
        var mapped = Attributes.Count == 0 ? claims : Map(claims);
        var profile = new JsonObject();
        foreach (var name in s_texts)
        {
            if (mapped.Text(name) is { } text) profile[name] = text;
        }
        profile["phone_verified"] = mapped.Truth("phone_verified");
        if (Custom(claims) is { } custom) profile["custom_claims"] = custom;
        return ExternalUser.From(mapped.Text("sub"), ExternalEmail.From(mapped.Text("email"), mapped.Truth("email_verified"), isPrimary: true), profile);
    }

    private JsonElement Map(JsonElement claims)
    {
        var mapped = JsonObject.Create(claims)!;
        foreach (var (target, source) in Attributes)
        {
            if (source.ValueKind != JsonValueKind.String) mapped[target] = JsonNode.Parse(source.GetRawText());
            else if (claims.TryGetProperty(source.GetString()!, out var value)) mapped[target] = JsonNode.Parse(value.GetRawText());
        }
        return mapped.Deserialize<JsonElement>();
    }

    private JsonObject? Custom(JsonElement claims)
    {
        var custom = new JsonObject();
        foreach (var name in Allowlist)
        {
            if (claims.TryGetProperty(name, out var value)) custom[name] = JsonNode.Parse(value.GetRawText());
        }
        return custom.Count > 0 ? custom : null;
    }
}
