using Hedgerow.Auth.External.Http;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.External.Profiles;

/// <summary>Reads one endpoint that tells everything, as OpenID Connect's userinfo does.</summary>
public sealed class UserinfoProfile(string url, ClaimMapping claims)
{
    public async Task<Result<ExternalUser>> ReadAsync(ProviderClient provider, string accessToken, CancellationToken cancellation) =>
        (await provider.GetAsync(url, accessToken, cancellation)).Ok(out var answer, out var error) ? claims.Read(answer.Json) : error;
}
