using Hedgerow.Auth.Data;
using Hedgerow.Auth.Http;
using Hedgerow.Auth.Sessions;
using Hedgerow.Auth.Users;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.Pkce;

/// <summary><c>grant_type=pkce</c>: the code of a redirect and the verifier that only the client has buy the session.</summary>
public sealed class PkceGrant(AuthDatabase database, FlowStates flows, SessionStart sessions)
{
    public async Task<Result<Reply>> GrantAsync(AuthRequest request, string? code, string? verifier, CancellationToken cancellation)
    {
        if (string.IsNullOrEmpty(code) || string.IsNullOrEmpty(verifier)) return FlowErrors.Incomplete;
        await using var transaction = await database.BeginAsync(cancellation);
        if (!(await flows.RedeemAsync(transaction, code, verifier)).Ok(out var flow, out var error)) return error;
        if (await UserRows.FindAsync(transaction, flow.UserId) is not { } user) return AuthErrors.UserNotFound;
        if (user.IsBanned) return AuthErrors.Banned;
        var session = await sessions.StartAsync(transaction, request, user.Id, new SignInMethod(flow.Method, flow.Provider));
        await transaction.CommitAsync();
        return (session with { ProviderToken = flow.ProviderToken, ProviderRefreshToken = flow.ProviderRefreshToken }).ToReply();
    }
}
