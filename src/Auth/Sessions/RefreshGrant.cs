using Hedgerow.Auth.Audit;
using Hedgerow.Auth.Data;
using Hedgerow.Auth.Http;
using Hedgerow.Auth.Limits;
using Hedgerow.Auth.Users;
using Hedgerow.Postgres;
using Npgsql;

namespace Hedgerow.Auth.Sessions;

/// <summary>
/// <c>grant_type=refresh_token</c>: a token buys the next one and is spent. A spent token that comes again within the reuse interval gets
/// the token that replaced it (clients race; an answer gets lost); later it is a sign of theft, and its whole family dies with the session.
/// GoTrue is more lenient in one case: the parent of the token in force may come back at any time. That is what a thief of the parent would do
/// as well, so here the interval holds for it too.
/// Source: supabase.com/docs/guides/auth/sessions; supabase/auth, internal/tokens.
/// </summary>
public sealed class RefreshGrant(AuthDatabase database, SessionStart sessions, RateLimits limits, AuthOptions options)
{
    private const string TakeByPlace = "select hedgerow.take_rate($1, $2, $3)";

    private const string Method = "token_refresh";

    private const string Successor = """
        select coalesce(spent.updated_at < now() - make_interval(secs => @reuse), true) as is_past_reuse,
               (select rt.token from auth.refresh_tokens rt where rt.session_id = spent.session_id and not rt.revoked order by rt.id desc limit 1) as token
        from auth.refresh_tokens spent where spent.token = @token
        """;

    private const string Unproved = """
        s.created_at < now() - make_interval(secs => @lowAssurance) and coalesce(s.aal, 'aal1') < 'aal2'
        and exists (select from auth.mfa_factors f where f.user_id = s.user_id and f.status = 'verified')
        """;

    private readonly string _swap = SwapSql(options);
    private readonly string _swapByPlace = PositionalSql.Of(SwapSql(options), "token", "next", "agent", "address", "timebox", "inactivity", "lowAssurance");
    private readonly PairParser<Found, User> _parser = new();

    public async Task<Result<Reply>> GrantAsync(AuthRequest request, string? token, CancellationToken cancellation)
    {
        if (string.IsNullOrEmpty(token)) return AuthErrors.RefreshTokenMissing;
        if (token.Contains('\0', StringComparison.Ordinal)) return AuthErrors.RefreshTokenUnknown;
        if (sessions.AsksHook) return await WithHookAsync(request, token, cancellation);
        var next = SessionStart.NewRefreshToken();
        var swapped = await database.LastPairAsync(_parser, [.. limits.OfToken(request).Select(Take), Swap(request, token, next)], cancellation);
        if (swapped is not (var found, var user)) return AuthErrors.RefreshTokenUnknown;
        if (Refusal(found) is { } refusal) return refusal;
        if (found.IsSpent) return sessions.Issue(user, Standing(found), next).ToReply();
        await using var transaction = await database.BeginAsync(cancellation);
        return await AgainAsync(transaction, request, token, found, user);
    }

    /// <summary>A hook that refuses the token must leave the old one unspent, so that it is asked before the commit.</summary>
    private async Task<Result<Reply>> WithHookAsync(AuthRequest request, string token, CancellationToken cancellation)
    {
        await limits.TakeAsync(limits.OfToken(request), cancellation);
        var next = SessionStart.NewRefreshToken();
        await using var transaction = await database.BeginAsync(cancellation);
        if (await transaction.PairAsync<Found, User>(_swap, Parameters(request, token, next)) is not (var found, var user)) return AuthErrors.RefreshTokenUnknown;
        if (Refusal(found) is { } refusal) return refusal;
        if (!found.IsSpent) return await AgainAsync(transaction, request, token, found, user);
        var session = await sessions.IssueAsync(transaction, request, user, Standing(found), next, Method);
        await transaction.CommitAsync();
        return session.ToReply();
    }

    /// <summary>A token that was spent before: soon after, it gets the one in force; later, it ends the session.</summary>
    private async Task<Result<Reply>> AgainAsync(AuthTransaction transaction, AuthRequest request, string token, Found found, User user)
    {
        // A statement of its own, which sees what the request that came first has written.
        if (await transaction.OneAsync<Spent>(Successor, new { token, reuse = (double)options.RefreshTokenReuseInterval }) is not { } spent) return AuthErrors.RefreshTokenUnknown;
        if (spent is not { IsPastReuse: false, Token: { } inForce })
        {
            await SessionEnd.OneAsync(transaction, user.Id, found.SessionId);
            await AuditLog.WriteAsync(transaction, request, AuditAction.TokenRevoked, user, new { reason = "reuse", session_id = found.SessionId });
            await transaction.CommitAsync();
            return AuthErrors.RefreshTokenUsed;
        }
        await AuditLog.WriteAsync(transaction, request, AuditAction.TokenRefreshed, user);
        var session = await sessions.IssueAsync(transaction, request, user, Standing(found), inForce, Method);
        await transaction.CommitAsync();
        return session.ToReply();
    }

    /// <summary>
    /// One statement and one round trip, because nothing is asked more often; what the options do not ask for is not planned either. What is found good is spent
    /// by the function, which is not called for anything else.
    /// </summary>
    private static string SwapSql(AuthOptions options) => $"""
        select s.id as session_id, coalesce(s.aal, 'aal1')::text as assurance, is_banned, expired,
               case
                 when rt.revoked or is_banned or expired is not null then false
                 else hedgerow.spend_refresh_token(rt.id, @token, @next, s.id, u.id, coalesce(nullif(u.email, ''), u.phone, ''), s.updated_at, @agent, @address)
               end as is_spent,
               {SessionMethods.Of("s.id")} as methods, {UserRows.Columns}
        from auth.refresh_tokens rt
        join auth.sessions s on s.id = rt.session_id
        join auth.users u on u.id = s.user_id
        cross join lateral (
          select coalesce(u.banned_until > now(), false) as is_banned,
                 case
                   when s.not_after < now() or (@timebox > 0 and s.created_at < now() - make_interval(secs => @timebox)) then 'past_end'
                   when @inactivity > 0 and coalesce(s.refreshed_at at time zone 'utc', s.created_at) < now() - make_interval(secs => @inactivity) then 'inactive'
                   when {(options.SessionAllowLowAal > 0 ? Unproved : "@lowAssurance > 0")} then 'unproved'
                 end as expired) standing
        where rt.token = @token and u.deleted_at is null
        """;

    private static ApiError? Refusal(Found found) =>
        found.IsBanned ? AuthErrors.RefreshOfBanned : found.Expired is { } reason ? AuthErrors.SessionExpired(reason) : null;

    private static SessionStanding Standing(Found found) => new(found.SessionId, found.Assurance, found.Methods);

    private object Parameters(AuthRequest request, string token, string next) => new
    {
        token,
        next,
        agent = request.Agent,
        address = request.Address?.ToString(),
        timebox = (double)options.SessionTimebox,
        inactivity = (double)options.SessionInactivityTimeout,
        lowAssurance = (double)options.SessionAllowLowAal,
    };

    /// <summary>The same by place.</summary>
    private NpgsqlBatchCommand Swap(AuthRequest request, string token, string next) => new(_swapByPlace)
    {
        Parameters =
        {
            new NpgsqlParameter<string> { TypedValue = token },
            new NpgsqlParameter<string> { TypedValue = next },
            new NpgsqlParameter<string> { TypedValue = request.Agent },
            new NpgsqlParameter<string> { TypedValue = request.Address?.ToString() },
            new NpgsqlParameter<double> { TypedValue = options.SessionTimebox },
            new NpgsqlParameter<double> { TypedValue = options.SessionInactivityTimeout },
            new NpgsqlParameter<double> { TypedValue = options.SessionAllowLowAal },
        },
    };

    /// <summary>Along with the swap, what it takes of its address: one transaction, so that a refusal swaps nothing.</summary>
    private static NpgsqlBatchCommand Take(RateLimit taken) => new(TakeByPlace)
    {
        Parameters =
        {
            new NpgsqlParameter<string> { TypedValue = taken.Bucket },
            new NpgsqlParameter<int> { TypedValue = taken.Allowed },
            new NpgsqlParameter<TimeSpan> { TypedValue = taken.Window },
        },
    };

    private sealed record Found
    {
        public Guid SessionId { get; init; }
        public string Assurance { get; init; } = "aal1";
        public bool IsBanned { get; init; }

        /// <summary>This request has spent the token; else it was spent before.</summary>
        public bool IsSpent { get; init; }

        /// <summary>Why the session has ended: <c>past_end</c>, <c>inactive</c>, <c>unproved</c>; null where it has not.</summary>
        public string? Expired { get; init; }

        public string Methods { get; init; } = "[]";
    }

    private sealed record Spent
    {
        public bool IsPastReuse { get; init; }

        /// <summary>The token in force.</summary>
        public string? Token { get; init; }
    }
}
