using System.Text.Json;
using Hedgerow.Auth.External.Profiles;
using Hedgerow.Auth.Http;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.External.Oidc;

/// <summary>What a provider tells of itself (OpenID Connect Discovery 1.0, 3; RFC 8414), as far as a client needs it.</summary>
/// <param name="Userinfo">Null where it has none.</param>
/// <param name="KeySet">Where its public keys are.</param>
/// <param name="NamesItself">Its answers at the callback bear <c>iss</c>, always (RFC 9207).</param>
public sealed record DiscoveryDocument(ProviderEndpoints Endpoints, string? Userinfo, string KeySet, bool NamesItself)
{
    /// <summary>Every address, under the document's name for it.</summary>
    public IEnumerable<(string Name, string Url)> Addresses =>
    [
        ("authorization_endpoint", Endpoints.Authorization), ("token_endpoint", Endpoints.Token), ("jwks_uri", KeySet),
        .. Userinfo is null ? Array.Empty<(string, string)>() : [("userinfo_endpoint", Userinfo)],
    ];

    /// <param name="issuer">Whom the document must be of: a provider cannot speak for another.</param>
    public static Result<DiscoveryDocument> Read(JsonElement json, string issuer)
    {
        if (json.ValueKind != JsonValueKind.Object) return AuthErrors.Invalid("OIDC discovery document is not a JSON object");
        string[] missing = [.. new[] { "issuer", "authorization_endpoint", "token_endpoint", "jwks_uri" }.Where(name => json.Text(name) is null)];
        if (missing.Length > 0) return AuthErrors.Invalid($"OIDC discovery document is missing required fields: {string.Join(", ", missing)}");
        if (json.Text("issuer") != issuer)
            return AuthErrors.Invalid($"OIDC discovery issuer mismatch: discovery document reports \"{json.Text("issuer")}\" but expected \"{issuer}\"");
        return new DiscoveryDocument(
            new ProviderEndpoints(json.Text("authorization_endpoint")!, json.Text("token_endpoint")!, Authentication(json)),
            json.Text("userinfo_endpoint"),
            json.Text("jwks_uri")!,
            json.Truth("authorization_response_iss_parameter_supported"));
    }

    private static ClientAuthentication Authentication(JsonElement json)
    {
        string[] methods = [.. json.Member("token_endpoint_auth_methods_supported").Elements()
            .Where(method => method.ValueKind == JsonValueKind.String).Select(method => method.GetString()!)];
        // What is not told is client_secret_basic.
        return methods.Length == 0 || methods.Contains("client_secret_basic") ? ClientAuthentication.Basic
            : methods.Contains("client_secret_post") ? ClientAuthentication.Post
            : ClientAuthentication.Either;
    }
}
