using Hedgerow.Auth.External.SignIn;
using Hedgerow.Auth.Http;
using Hedgerow.Auth.Limits;
using Hedgerow.Auth.Pkce;
using Hedgerow.Auth.Sessions;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.SignIn;

/// <summary><c>POST /token?grant_type=…</c>.</summary>
public sealed class TokenEndpoint(PasswordGrant password, RefreshGrant refresh, PkceGrant pkce, IdTokenGrant idToken, RateLimits limits)
{
    public async Task<Result<Reply>> PostAsync(AuthRequest request, CancellationToken cancellation)
    {
        if (!(await request.BodyAsync(BodyJson.Default.TokenBody, cancellation)).Ok(out var body, out var error)) return error;
        // These two count by themselves, along with what they ask of the database.
        if (request.Query("grant_type") == "password") return await password.GrantAsync(request, body, cancellation);
        if (request.Query("grant_type") == "refresh_token") return await refresh.GrantAsync(request, body.RefreshToken, cancellation);
        await limits.TakeAsync(limits.OfToken(request), cancellation);
        return request.Query("grant_type") switch
        {
            "pkce" => await pkce.GrantAsync(request, body.AuthCode, body.CodeVerifier, cancellation),
            "id_token" => await idToken.GrantAsync(request, body, cancellation),
            "web3" => AuthErrors.Web3Disabled,
            _ => AuthErrors.UnsupportedGrant,
        };
    }
}
