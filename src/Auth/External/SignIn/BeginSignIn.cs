using Hedgerow.Auth.Data;
using Hedgerow.Auth.External.Oidc;
using Hedgerow.Auth.Http;
using Hedgerow.Auth.Identities;
using Hedgerow.Auth.Otp;
using Hedgerow.Auth.Pkce;
using Hedgerow.Auth.Sessions;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.External.SignIn;

/// <summary><c>GET /authorize</c> and <c>GET /user/identities/authorize</c>: sends someone to a provider.</summary>
public sealed class BeginSignIn(AuthDatabase database, ProviderDirectory providers, Issuers issuers, OutgoingFlows flows, OneTimeTokens tokens, RedirectUrls redirects, AuthOptions options)
{
    /// <summary>To sign in. Browsers come here themselves, so it is always a redirect.</summary>
    public async Task<Result<Reply>> AuthorizeAsync(AuthRequest request, CancellationToken cancellation) =>
        (await UrlAsync(request, linkingTarget: null, cancellation)).Ok(out var url, out var error) ? Redirects.To(url, 302) : error;

    /// <summary>To get a further way in. Scripts come here, which cannot follow a redirect to another site: they ask for the address (<c>skip_http_redirect=true</c>).</summary>
    public async Task<Result<Reply>> LinkAsync(AuthRequest request, CancellationToken cancellation)
    {
        if (!options.ManualLinking) return IdentityErrors.LinkingDisabled;
        Guid target;
        await using (var transaction = await database.BeginAsync(cancellation))
        {
            if (!(await SignedIn.FindAsync(transaction, request)).Ok(out var caller, out var refusal)) return refusal;
            target = caller.User.Id;
        }
        if (!(await UrlAsync(request, target, cancellation)).Ok(out var url, out var error)) return error;
        return request.Query("skip_http_redirect") == "true" ? Reply.Object(json => json.WriteString("url", url)) : Redirects.To(url, 302);
    }

    private async Task<Result<string>> UrlAsync(AuthRequest request, Guid? linkingTarget, CancellationToken cancellation)
    {
        if (CodeChallenge.Read(request.Query("code_challenge"), request.Query("code_challenge_method"), out var challenge) is { } malformed) return malformed;
        if (!(await providers.FindAsync(request, request.Query("provider"), cancellation)).Ok(out var provider, out var error)) return error;
        if (!(await PageAsync(provider, cancellation)).Ok(out var page, out error)) return error;
        var invitation = request.Query("invite_token");
        if (invitation.Length > 0 && !await IsInvitedAsync(invitation, cancellation)) return new ApiError(404, "user_not_found", "User identified by token not found");

        await using var transaction = await database.BeginAsync(cancellation);
        var flow = await flows.StartAsync(
            transaction, provider, challenge, redirects.ChooseFor(request), request.Query("nonce"), linkingTarget, invitation.Length > 0 ? invitation : null);
        await transaction.CommitAsync();
        return AuthorizationUrl.For(provider, page, flow, request.Query("scopes"), request.QueryParameters);
    }

    private async Task<Result<string>> PageAsync(ProviderSetup provider, CancellationToken cancellation)
    {
        if (provider is not OidcSetup oidc) return ((OAuth2Setup)provider).Endpoints.Authorization;
        return (await issuers.DiscoverAsync(oidc, cancellation)).Ok(out var document, out var error) ? document.Endpoints.Authorization : error;
    }

    /// <summary>Looks, and leaves the invitation as it is: it is spent when its person comes back.</summary>
    private async Task<bool> IsInvitedAsync(string token, CancellationToken cancellation)
    {
        if (token.Contains('\0', StringComparison.Ordinal)) return false;
        await using var undone = await database.BeginAsync(cancellation);
        return await tokens.RedeemAsync(undone, [token], OneTimeTokens.Confirmation) is not null;
    }
}
