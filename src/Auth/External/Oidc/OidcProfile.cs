using System.Text.Json;
using System.Text.Json.Nodes;
using Hedgerow.Auth.External.Http;
using Hedgerow.Auth.External.Profiles;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.External.Oidc;

/// <summary>Reads who an id_token is about. Providers may tell the profile in userinfo alone (OpenID Connect Core, 5.4), to whoever has the access token.</summary>
public sealed class OidcProfile(ProviderClients clients, Issuers issuers)
{
    /// <param name="accessToken">The one that came with the token, where it is known.</param>
    public async Task<Result<ExternalUser>> ReadAsync(OidcSetup provider, IdToken token, string? accessToken, CancellationToken cancellation)
    {
        if (token.Claims.Text("email") is not null || string.IsNullOrEmpty(accessToken)) return provider.ReadClaims(token.Claims);
        if (!(await issuers.DiscoverAsync(provider, cancellation)).Ok(out var document, out var error)) return error;
        if (document.Userinfo is null) return provider.ReadClaims(token.Claims);
        if (!(await clients.For(provider).GetAsync(document.Userinfo, accessToken, cancellation)).Ok(out var userinfo, out error)) return error;
        // OpenID Connect Core, 5.3.2: otherwise another's profile could be put under this token.
        if (userinfo.Json.Text("sub") != token.Claims.Text("sub")) return ExternalErrors.ProfileUnusable("userinfo tells of another person than the id_token");
        return provider.ReadClaims(Merge(token.Claims, userinfo.Json));
    }

    private static JsonElement Merge(JsonElement token, JsonElement userinfo)
    {
        var claims = JsonObject.Create(userinfo)!;
        foreach (var claim in token.EnumerateObject()) claims[claim.Name] = JsonNode.Parse(claim.Value.GetRawText());
        return JsonSerializer.SerializeToElement(claims);
    }
}
