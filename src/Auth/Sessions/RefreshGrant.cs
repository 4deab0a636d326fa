using Hedgerow.Auth.Audit;
using Hedgerow.Auth.Data;
using Hedgerow.Auth.Http;
using Hedgerow.Auth.Users;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.Sessions;

/// <summary>
/// <c>grant_type=refresh_token</c>: a token buys the next one and is spent. A spent token that comes again within the reuse interval gets
/// the token that replaced it (clients race; an answer gets lost); later it is a sign of theft, and its whole family dies with the session.
/// GoTrue is more lenient in one case: the parent of the token in force may come back at any time. That is what a thief of the parent would do
/// as well, so here the interval holds for it too.
/// Source: supabase.com/docs/guides/auth/sessions; supabase/auth, internal/tokens.
/// </summary>
public sealed class RefreshGrant(AuthDatabase database, SessionStart sessions, AuthOptions options)
{
    // Both rows are locked, so that of parallel requests with one token the second sees what the first did.
    private const string Find = """
        select rt.id, rt.revoked, rt.updated_at < now() - make_interval(secs => @reuse) as is_past_reuse, rt.session_id,
               u.id as user_id, coalesce(s.aal::text, 'aal1') as assurance,
               (s.not_after < now()
                or (@timebox > 0 and s.created_at < now() - make_interval(secs => @timebox))
                or (@inactivity > 0 and coalesce(s.refreshed_at at time zone 'utc', s.created_at) < now() - make_interval(secs => @inactivity))) is true as is_expired
        from auth.refresh_tokens rt
        join auth.sessions s on s.id = rt.session_id
        join auth.users u on u.id = s.user_id
        where rt.token = @token and u.deleted_at is null
        for update of rt, s
        """;

    private const string Swap = """
        with spent as (
          update auth.refresh_tokens set revoked = true, updated_at = now() where id = @id),
        used as (
          update auth.sessions set refreshed_at = now() at time zone 'utc', updated_at = now(), user_agent = @agent, ip = coalesce(@address::inet, ip) where id = @session)
        insert into auth.refresh_tokens (instance_id, token, user_id, revoked, created_at, updated_at, parent, session_id)
        values ('00000000-0000-0000-0000-000000000000', @next, @user::text, false, now(), now(), @token, @session)
        """;

    private const string Successor = """
        select token from auth.refresh_tokens where session_id = @session and not revoked order by id desc limit 1
        """;

    private const string EndSession = "delete from auth.sessions where id = @session";

    public async Task<Result<Reply>> GrantAsync(AuthRequest request, string? token, CancellationToken cancellation)
    {
        if (string.IsNullOrEmpty(token)) return AuthErrors.RefreshTokenMissing;
        if (token.Contains('\0', StringComparison.Ordinal)) return AuthErrors.RefreshTokenUnknown;
        await using var transaction = await database.BeginAsync(cancellation);
        var found = await transaction.OneAsync<Found>(Find, new
        {
            token,
            reuse = (double)options.RefreshTokenReuseInterval,
            timebox = (double)options.SessionTimebox,
            inactivity = (double)options.SessionInactivityTimeout,
        });
        if (found is null) return AuthErrors.RefreshTokenUnknown;
        var user = await UserRows.FindAsync(transaction, found.UserId);
        if (user is null) return AuthErrors.RefreshTokenUnknown;
        if (user.IsBanned) return AuthErrors.Banned;
        if (found.IsExpired) return AuthErrors.SessionExpired;

        var next = found.Revoked
            ? found.IsPastReuse ? null : await transaction.OneAsync<string>(Successor, new { session = found.SessionId })
            : await SwapAsync(transaction, request, found, token);
        if (next is null)
        {
            await transaction.ExecuteAsync(EndSession, new { session = found.SessionId });
            await AuditLog.WriteAsync(transaction, request, AuditAction.TokenRevoked, user, new { reason = "reuse", session_id = found.SessionId });
            await transaction.CommitAsync();
            return AuthErrors.RefreshTokenUsed;
        }

        var methods = await SessionMethods.ReadAsync(transaction, found.SessionId);
        await AuditLog.WriteAsync(transaction, request, AuditAction.TokenRefreshed, user);
        await transaction.CommitAsync();
        return sessions.Issue(user, new SessionStanding(found.SessionId, found.Assurance, methods), next).ToReply();
    }

    private static async Task<string> SwapAsync(AuthTransaction transaction, AuthRequest request, Found found, string token)
    {
        var next = SessionStart.NewRefreshToken();
        await transaction.ExecuteAsync(Swap, new
        {
            id = found.Id,
            session = found.SessionId,
            agent = request.Agent,
            address = request.Address?.ToString(),
            next,
            user = found.UserId,
            token,
        });
        return next;
    }

    private sealed record Found
    {
        public long Id { get; init; }
        public bool Revoked { get; init; }
        public bool IsPastReuse { get; init; }
        public Guid SessionId { get; init; }
        public Guid UserId { get; init; }
        public string Assurance { get; init; } = "aal1";
        public bool IsExpired { get; init; }
    }
}
