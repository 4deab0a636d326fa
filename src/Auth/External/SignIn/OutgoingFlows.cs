using System.Buffers.Text;
using System.Security.Cryptography;
using Hedgerow.Auth.Data;
using Hedgerow.Auth.Pkce;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.External.SignIn;

/// <summary>A sign-in that leaves for a provider: what the provider is told.</summary>
/// <param name="State">Comes back with the answer; nobody else knows it.</param>
/// <param name="CodeVerifier">Null where the provider does not ask for one.</param>
/// <param name="Nonce">Must stand in the id_token; null where there will be none.</param>
public sealed record OutgoingFlow(Guid State, string? CodeVerifier, string? Nonce);

/// <summary>A sign-in that has come back from a provider, once.</summary>
/// <param name="Id">The row in <c>auth.flow_state</c>.</param>
/// <param name="Referrer">Where the application is.</param>
/// <param name="IsPkce">The application gets a code; otherwise the tokens.</param>
/// <param name="LinkingTarget">The person whom the identity is to be added to; null for a sign-in.</param>
public sealed record ReturnedFlow(
    Guid Id, string Provider, string Referrer, bool IsPkce, bool EmailOptional, Guid? LinkingTarget, string? InviteToken, string? CodeVerifier, string? Nonce);

/// <summary>
/// <c>state</c> of OAuth 2.0: kept here rather than signed into the parameter, so that it is good for one answer within minutes and tells the provider nothing.
/// </summary>
public sealed class OutgoingFlows(FlowStates flows, AuthOptions options)
{
    private const string Start = """
        with abandoned as (
          delete from auth.oauth_client_states where id in (
            select id from auth.oauth_client_states where created_at < now() - interval '1 day' order by created_at limit 20 for update skip locked)),
        client as (
          insert into auth.oauth_client_states (id, provider_type, code_verifier, created_at, nonce)
          values (@client, @provider, @verifier, now(), @nonce))
        update auth.flow_state set
          referrer = @referrer, invite_token = @invite, linking_target_id = @target, email_optional = @emailOptional, oauth_client_state_id = @client
        where id = @id
        """;

    private const string Claim = """
        delete from auth.oauth_client_states client
        using auth.flow_state flow
        where flow.id = @state and flow.oauth_client_state_id = client.id and flow.provider_type = client.provider_type
        returning client.code_verifier, client.nonce
        """;

    private const string Find = """
        select id, provider_type as provider, coalesce(referrer, '') as referrer, code_challenge is not null as is_pkce, email_optional, linking_target_id as linking_target,
               invite_token, created_at < now() - make_interval(secs => @expiry) as is_expired
        from auth.flow_state where id = @state and authentication_method = 'oauth'
        """;

    /// <summary>Remembers a sign-in that leaves.</summary>
    /// <param name="nonce">What the application wants to stand in the id_token; empty: one is made for providers that issue such.</param>
    public async Task<OutgoingFlow> StartAsync(
        AuthTransaction transaction, ProviderSetup provider, CodeChallenge? challenge, string referrer, string nonce, Guid? linkingTarget, string? inviteToken)
    {
        var state = await flows.StartAsync(transaction, new NewFlow { Provider = provider.Name, Method = "oauth", Challenge = challenge });
        var flow = new OutgoingFlow(
            state,
            provider.UsesPkce ? Random() : null,
            provider is not OidcSetup ? null : nonce.Length > 0 ? nonce : Random());
        await transaction.ExecuteAsync(Start, new
        {
            id = state,
            client = Guid.NewGuid(),
            provider = provider.Name,
            verifier = flow.CodeVerifier,
            nonce = flow.Nonce,
            referrer,
            invite = inviteToken,
            target = linkingTarget,
            emailOptional = provider.EmailOptional,
        });
        return flow;
    }

    /// <summary>Spends a state. The caller commits at once: what follows asks the provider, and the state must be spent whatever it says.</summary>
    public async Task<Result<ReturnedFlow>> ClaimAsync(AuthTransaction transaction, Guid state)
    {
        var flow = await transaction.OneAsync<Found>(Find, new { state, expiry = (double)options.FlowStateExpiry });
        if (flow is null) return ExternalErrors.StateUnknown;
        if (flow.IsExpired) return ExternalErrors.StateExpired;
        var secrets = await transaction.OneAsync<Secrets>(Claim, new { state });
        if (secrets is null) return ExternalErrors.StateUsed;
        return new ReturnedFlow(
            flow.Id, flow.Provider, flow.Referrer, flow.IsPkce, flow.EmailOptional, flow.LinkingTarget, flow.InviteToken, secrets.CodeVerifier, secrets.Nonce);
    }

    private static string Random() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    private sealed record Found
    {
        public Guid Id { get; init; }
        public string Provider { get; init; } = "";
        public string Referrer { get; init; } = "";
        public bool IsPkce { get; init; }
        public bool EmailOptional { get; init; }
        public Guid? LinkingTarget { get; init; }
        public string? InviteToken { get; init; }
        public bool IsExpired { get; init; }
    }

    private sealed record Secrets
    {
        public string? CodeVerifier { get; init; }
        public string? Nonce { get; init; }
    }
}
