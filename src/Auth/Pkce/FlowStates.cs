using System.Security.Cryptography;
using Hedgerow.Auth.Data;
using Hedgerow.Auth.External;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.Pkce;

/// <summary>What a redeemed flow tells: who may be signed in, how they proved it, and what their provider gave for them.</summary>
public sealed record RedeemedFlow(Guid UserId, string Provider, string Method, string? ProviderToken, string? ProviderRefreshToken);

/// <summary>
/// <c>auth.flow_state</c>: sign-ins on their way. A flow begins with a client's challenge; when the person has come back, a code is issued,
/// which together with the verifier buys a session, once.
/// Source: supabase/auth, internal/models/flow_state.go, internal/api/pkce.go.
/// </summary>
public sealed class FlowStates(AuthOptions options, ProviderSecrets secrets)
{
    // Flows that nobody came back from go when others begin, a few at a time, so that no job is needed and no request waits for it.
    private const string Start = """
        with abandoned as (
          delete from auth.flow_state where id in (
            select id from auth.flow_state where created_at < now() - interval '1 day' order by created_at limit 20 for update skip locked))
        insert into auth.flow_state (id, user_id, code_challenge, code_challenge_method, provider_type, authentication_method, created_at, updated_at)
        values (@id, @user, @challenge, @challengeMethod::auth.code_challenge_method, @provider, @method, now(), now())
        """;

    private const string Issue = """
        update auth.flow_state set auth_code = gen_random_uuid()::text, auth_code_issued_at = now(), updated_at = now()
        where id = (
          select id from auth.flow_state
          where user_id = @user and authentication_method = @method and code_challenge is not null
          order by created_at desc limit 1 for update)
        returning auth_code
        """;

    private const string Complete = """
        update auth.flow_state set
          user_id = @user, auth_code = gen_random_uuid()::text, auth_code_issued_at = now(), updated_at = now(),
          provider_access_token = @token, provider_refresh_token = @refreshToken
        where id = @id and user_id is null and code_challenge is not null
        returning auth_code
        """;

    private const string End = "delete from auth.flow_state where id = @id";

    // A mail may be read long after it was sent, so there the time counts from the click. Another provider is expected to answer at once.
    private const string Redeem = """
        delete from auth.flow_state
        where auth_code = @code and user_id is not null and code_challenge is not null
        returning id, user_id, provider_type as provider, authentication_method as method, code_challenge, code_challenge_method::text,
                  nullif(provider_access_token, '') as provider_token, nullif(provider_refresh_token, '') as provider_refresh_token,
                  case when authentication_method = 'oauth' then created_at else auth_code_issued_at end < now() - make_interval(secs => @expiry) as is_expired
        """;

    /// <summary>Remembers a sign-in that leaves; its id.</summary>
    public async Task<Guid> StartAsync(AuthTransaction transaction, NewFlow flow)
    {
        var id = Guid.NewGuid();
        await transaction.ExecuteAsync(Start, new
        {
            id,
            user = flow.User,
            challenge = flow.Challenge?.Value,
            challengeMethod = flow.Challenge?.Method,
            provider = flow.Provider,
            method = flow.Method,
        });
        return id;
    }

    /// <summary>
    /// The code that stands in the redirect to the application, for the newest flow of this <paramref name="user"/> and <paramref name="method"/>
    /// (<see cref="NewFlow.Method"/>); null where there is none.
    /// </summary>
    public Task<string?> IssueCodeAsync(AuthTransaction transaction, Guid user, string method) =>
        transaction.OneAsync<string>(Issue, new { user, method });

    /// <summary>The same for one flow whose person has come back from a provider, with what the provider gave for them.</summary>
    public Task<string?> IssueCodeAsync(AuthTransaction transaction, Guid flow, Guid user, string token, string? refreshToken) =>
        transaction.OneAsync<string>(Complete, new { id = flow, user, token = Seal(flow, token), refreshToken = Seal(flow, refreshToken) });

    /// <summary>Forgets a flow that needs no code.</summary>
    public Task EndAsync(AuthTransaction transaction, Guid flow) => transaction.ExecuteAsync(End, new { id = flow });

    /// <summary>Spends a code. The caller commits; on a refusal it must not, so that the rightful owner of the code may still come.</summary>
    public async Task<Result<RedeemedFlow>> RedeemAsync(AuthTransaction transaction, string code, string verifier)
    {
        if (code.Contains('\0', StringComparison.Ordinal)) return FlowErrors.NotFound;
        var found = await transaction.OneAsync<Found>(Redeem, new { code, expiry = (double)options.FlowStateExpiry });
        if (found is null) return FlowErrors.NotFound;
        if (found.IsExpired) return FlowErrors.Expired;
        if (!new CodeChallenge(found.CodeChallenge, found.CodeChallengeMethod).IsMetBy(verifier)) return FlowErrors.BadVerifier;
        try
        {
            return new RedeemedFlow(found.UserId, found.Provider, found.Method, Open(found.Id, found.ProviderToken), Open(found.Id, found.ProviderRefreshToken));
        }
        catch (Exception e) when (e is CryptographicException or InvalidOperationException)
        {
            // The key was changed, or taken away, while the person was on the way.
            return FlowErrors.Unreadable;
        }
    }

    // For minutes they lie in the table; a copy of it gives no one away.
    private string? Seal(Guid flow, string? token) => token is null || !secrets.Box.CanSeal ? token : secrets.Box.Seal(flow, token);

    private string? Open(Guid flow, string? token) => token is null ? null : secrets.Box.Open(flow, token);

    private sealed record Found
    {
        public Guid Id { get; init; }
        public Guid UserId { get; init; }
        public string Provider { get; init; } = "";
        public string Method { get; init; } = "";
        public string CodeChallenge { get; init; } = "";
        public string CodeChallengeMethod { get; init; } = "";
        public string? ProviderToken { get; init; }
        public string? ProviderRefreshToken { get; init; }
        public bool IsExpired { get; init; }
    }
}
