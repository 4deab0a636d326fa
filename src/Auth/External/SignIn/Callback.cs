using Hedgerow.Auth.Data;
using Hedgerow.Auth.External.Oidc;
using Hedgerow.Auth.External.Profiles;
using Hedgerow.Auth.Http;
using Hedgerow.Auth.Identities;
using Hedgerow.Auth.Pkce;
using Hedgerow.Auth.Sessions;
using Hedgerow.Auth.Users;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.External.SignIn;

/// <summary>
/// <c>/callback</c>, GET and POST (<c>response_mode=form_post</c>): someone comes back from a provider. Good or bad, they are sent on to the application.
/// </summary>
public sealed class Callback(
    AuthDatabase database, OutgoingFlows outgoing, FlowStates flows, ProviderDirectory providers, Issuers issuers, CodeExchange exchange, ExternalSignIn signIn,
    LinkIdentity linking, AcceptInvitation invitations, Admittance admittance, SessionStart sessions, AuthOptions options)
{
    public async Task<Result<Reply>> HandleAsync(AuthRequest request, CancellationToken cancellation)
    {
        // Who sent this person cannot be known yet: without a good state they go to the site.
        if (!(await request.FormOrQueryAsync(cancellation)).Ok(out var answer, out var error)) return ToSite(error);
        if (!(await ClaimAsync(answer, cancellation)).Ok(out var flow, out error)) return ToSite(error);
        if (answer.GetValueOrDefault("error") is { Length: > 0 } refusal)
            return CallbackError.FromProvider(refusal, answer.GetValueOrDefault("error_description", "")).ToReply(flow.Referrer, 302);
        try
        {
            return (await FinishAsync(request, answer, flow, cancellation)).Ok(out var location, out error)
                ? Redirects.To(location, 302)
                : CallbackError.From(error).ToReply(flow.Referrer, 302);
        }
        catch (Exception e) when (AuthRoute.RefusalOf(e) is { } refused)
        {
            return CallbackError.From(refused).ToReply(flow.Referrer, 302);
        }
    }

    private async Task<Result<ReturnedFlow>> ClaimAsync(Dictionary<string, string> answer, CancellationToken cancellation)
    {
        if (!answer.TryGetValue("state", out var text) || text.Length == 0) return ExternalErrors.StateMissing;
        if (!Guid.TryParseExact(text, "D", out var state)) return ExternalErrors.StateMalformed;
        await using var transaction = await database.BeginAsync(cancellation);
        var flow = await outgoing.ClaimAsync(transaction, state);
        await transaction.CommitAsync();
        return flow;
    }

    /// <summary>Where the application gets its session, or the code that buys it.</summary>
    private async Task<Result<string>> FinishAsync(AuthRequest request, Dictionary<string, string> answer, ReturnedFlow flow, CancellationToken cancellation)
    {
        if (!answer.TryGetValue("code", out var code) || code.Length == 0) return ExternalErrors.CodeMissing;
        if (!(await providers.FindAsync(request, flow.Provider, cancellation)).Ok(out var provider, out var error)) return error with { Code = "oauth_provider_not_supported" };
        if (await IssuerFlawAsync(provider, answer.GetValueOrDefault("iss"), cancellation) is { } foreign) return foreign;
        if (!(await exchange.RedeemAsync(provider, flow, code, cancellation)).Ok(out var grant, out error)) return error;
        return await admittance.AdmitAsync(
            transaction => AccountAsync(transaction, request, flow, grant.User),
            (transaction, user) => flow.IsPkce ? CodeAsync(transaction, flow, grant, user) : SessionAsync(transaction, request, flow, grant, user),
            cancellation);
    }

    private async Task<Result<string>> CodeAsync(AuthTransaction transaction, ReturnedFlow flow, ProviderGrant grant, User user) =>
        await flows.IssueCodeAsync(transaction, flow.Id, user.Id, grant.AccessToken, grant.RefreshToken) is { } code
            ? Redirects.WithQuery(flow.Referrer, ("code", code))
            : ExternalErrors.StateUsed;

    private async Task<Result<string>> SessionAsync(AuthTransaction transaction, AuthRequest request, ReturnedFlow flow, ProviderGrant grant, User user)
    {
        await flows.EndAsync(transaction, flow.Id);
        var session = await sessions.StartAsync(transaction, request, user.Id, new SignInMethod("oauth", flow.Provider));
        session = session with { ProviderToken = grant.AccessToken, ProviderRefreshToken = grant.RefreshToken };
        return Redirects.WithFragment(flow.Referrer, [.. session.Parameters, ("sb", "")]);
    }

    private Task<Admission> AccountAsync(AuthTransaction transaction, AuthRequest request, ReturnedFlow flow, ExternalUser someone) => flow switch
    {
        { LinkingTarget: { } target } => linking.LinkAsync(transaction, request, flow.Provider, target, someone),
        { InviteToken: { } invitation } => invitations.AcceptAsync(transaction, request, flow.Provider, invitation, someone),
        _ => signIn.AcceptAsync(transaction, request, flow.Provider, flow.EmailOptional, someone),
    };

    /// <summary>An answer that says whose it is must be of the provider that was asked, and one that always says so must say it (RFC 9207, 2.4).</summary>
    private async Task<ApiError?> IssuerFlawAsync(ProviderSetup provider, string? issuer, CancellationToken cancellation)
    {
        if (provider is not OidcSetup oidc) return null;
        if (issuer is not null) return issuer == oidc.Issuer ? null : ExternalErrors.WrongIssuer;
        if (!(await issuers.DiscoverAsync(oidc, cancellation)).Ok(out var document, out var error)) return error;
        return document.NamesItself ? ExternalErrors.WrongIssuer : null;
    }

    private Reply ToSite(ApiError error) => CallbackError.From(error).ToReply(options.SiteUrl, 303);
}
