using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using Hedgerow.Auth.Audit;
using Hedgerow.Auth.Data;
using Hedgerow.Auth.Hooks;
using Hedgerow.Auth.Http;
using Hedgerow.Auth.Tokens;
using Hedgerow.Auth.Users;

namespace Hedgerow.Auth.Sessions;

/// <summary>Starts a session for someone who has just proved who they are, with its tokens.</summary>
public sealed class SessionStart(AuthDatabase database, AccessTokens tokens, AccessTokenHook hook, AuthOptions options)
{
    // One round trip with what follows it. The user's row comes first (SessionEnd names the order); where it is not there any more, nothing begins.
    private static readonly string s_start = $"""
        with who as (
          update auth.users set last_sign_in_at = now(), updated_at = now()
          where id = @user and deleted_at is null and (@hash::text is null or encrypted_password = @hash)
          returning id, email, phone),
        session as (
          insert into auth.sessions (id, user_id, created_at, updated_at, aal, user_agent, ip)
          select @session, id, now(), now(), 'aal1', @agent, @address::inet from who),
        method as (
          insert into auth.mfa_amr_claims (id, session_id, created_at, updated_at, authentication_method)
          select gen_random_uuid(), @session, now(), now(), @method from who),
        token as (
          insert into auth.refresh_tokens (instance_id, token, user_id, revoked, created_at, updated_at, session_id)
          select '00000000-0000-0000-0000-000000000000', @token, id::text, false, now(), now(), @session from who),
        identity as (
          update auth.identities i set last_sign_in_at = now(), updated_at = now() from who where i.user_id = who.id and i.provider = @provider)
        {AuditLog.EntrySql(AuditAction.Login, "json_build_object('provider', @provider::text, 'method', @method::text)", "who u")};
        {UserRows.ByIdSql("(select s.user_id from auth.sessions s where s.id = @session)")}
        """;

    private readonly string[] _tags = options.SessionTags.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The same by itself: in one round trip, where nobody else has a say.</summary>
    /// <exception cref="RefusedException">As of <see cref="StartAsync(AuthTransaction, AuthRequest, Guid, SignInMethod, string?)"/>.</exception>
    public async Task<IssuedSession> StartAsync(AuthRequest request, Guid userId, SignInMethod method, string? hash, CancellationToken cancellation)
    {
        if (!hook.IsSet && !options.SingleSessionPerUser)
        {
            var beginning = new Beginning(request, userId, method, hash);
            return Issue(await database.OneAsync<User>(s_start, beginning.Parameters, cancellation) ?? throw Gone(hash), beginning.Standing, beginning.Token);
        }
        await using var transaction = await database.BeginAsync(cancellation);
        var session = await StartAsync(transaction, request, userId, method, hash);
        await transaction.CommitAsync();
        return session;
    }

    /// <summary>The caller commits.</summary>
    /// <param name="hash">Where a password was the proof, what it was compared with: should it be another by now, nothing is proved.</param>
    /// <exception cref="RefusedException">The hook refused the token, or failed; or the user is gone.</exception>
    public async Task<IssuedSession> StartAsync(AuthTransaction transaction, AuthRequest request, Guid userId, SignInMethod method, string? hash = null)
    {
        var beginning = new Beginning(request, userId, method, hash);
        var user = await transaction.OneAsync<User>(s_start, beginning.Parameters) ?? throw Gone(hash);
        if (options.SingleSessionPerUser) await SessionEnd.OfSameTagAsync(transaction, userId, beginning.Standing.Id, _tags);
        return await IssueAsync(transaction, request, user, beginning.Standing, beginning.Token, method.Name);
    }

    private static RefusedException Gone(string? hash) => new(hash is null ? AuthErrors.UserNotFound : AuthErrors.InvalidCredentials);

    /// <summary>Whether a hook has a say in access tokens: then <see cref="IssueAsync"/> issues them.</summary>
    public bool AsksHook => hook.IsSet;

    /// <summary>A new access token beside <paramref name="refreshToken"/>, where no hook has a say.</summary>
    public IssuedSession Issue(User user, SessionStanding session, string refreshToken)
    {
        var (claims, expiresAt) = tokens.Claims(user, session);
        return new IssuedSession(tokens.Sign(claims), tokens.Lifetime, expiresAt, refreshToken, user);
    }

    /// <summary>A new access token beside <paramref name="refreshToken"/>. The hook, where there is one, runs in <paramref name="transaction"/>: a refusal undoes it.</summary>
    /// <param name="method">What the token is for: <c>password</c>, <c>token_refresh</c> … (GoTrue's <c>authentication_method</c>).</param>
    /// <exception cref="RefusedException">The hook refused the token, or failed.</exception>
    public async Task<IssuedSession> IssueAsync(
        AuthTransaction transaction, AuthRequest request, User user, SessionStanding session, string refreshToken, string method)
    {
        if (!hook.IsSet) return Issue(user, session, refreshToken);
        var (claims, expiresAt) = tokens.Claims(user, session);
        claims = await hook.RunAsync(transaction, request, user.Id, claims, method);
        var accessToken = tokens.Sign(claims);
        if (accessToken.Length > SignedToken.MaxLength) throw hook.TooLong(accessToken.Length);
        return new IssuedSession(accessToken, tokens.Lifetime, expiresAt, refreshToken, user);
    }

    /// <summary>128 random bits, base64url.</summary>
    public static string NewRefreshToken() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16));

    /// <summary>A session that is about to start.</summary>
    private sealed class Beginning(AuthRequest request, Guid user, SignInMethod method, string? hash)
    {
        public string Token { get; } = NewRefreshToken();

        public SessionStanding Standing { get; } = new(
            Guid.NewGuid(), "aal1", JsonSerializer.Serialize(new[] { new { method = method.Name, timestamp = DateTimeOffset.UtcNow.ToUnixTimeSeconds() } }));

        public object Parameters => new
        {
            session = Standing.Id,
            user,
            hash,
            agent = request.Agent,
            address = request.Address?.ToString(),
            method = method.Name,
            token = Token,
            provider = method.Provider,
        };
    }
}
