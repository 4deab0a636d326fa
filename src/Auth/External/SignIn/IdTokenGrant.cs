using System.Security.Cryptography;
using System.Text;
using Hedgerow.Auth.Data;
using Hedgerow.Auth.External.Oidc;
using Hedgerow.Auth.Http;
using Hedgerow.Auth.Identities;
using Hedgerow.Auth.Sessions;
using Hedgerow.Postgres;

namespace Hedgerow.Auth.External.SignIn;

/// <summary><c>grant_type=id_token</c>: an application that has signed someone in with a provider's own SDK shows the provider's word for it.</summary>
public sealed class IdTokenGrant(
    AuthDatabase database, ProviderDirectory providers, Issuers issuers, OidcProfile profile, ExternalSignIn signIn, LinkIdentity linking, Admittance admittance, SessionStart sessions, AuthOptions options)
{
    public async Task<Result<Reply>> GrantAsync(AuthRequest request, TokenBody body, CancellationToken cancellation)
    {
        if (string.IsNullOrEmpty(body.IdToken)) return ExternalErrors.IdTokenMissing;
        if (!(await TargetAsync(request, body, cancellation)).Ok(out var target, out var error)) return error;
        if (!(await ProviderAsync(request, body, cancellation)).Ok(out var provider, out error)) return error;
        if (!(await issuers.VerifyAsync(provider, body.IdToken, cancellation)).Ok(out var token, out error)) return error;
        if (!provider.SkipNonceCheck && NonceFlaw(token.Nonce, body.Nonce) is { } badNonce) return badNonce;
        if (!string.IsNullOrEmpty(body.AccessToken) && !token.Vouches(body.AccessToken)) return ExternalErrors.BadIdToken("it came with another access token");
        if (!(await profile.ReadAsync(provider, token, body.AccessToken, cancellation)).Ok(out var someone, out error)) return error with { Status = 400, Code = "validation_failed" };
        if (someone.Primary is null && !provider.EmailOptional) return ExternalErrors.BadIdToken("it holds no email address");
        return await admittance.AdmitAsync<Reply>(
            transaction => target.User is { } linked
                ? linking.LinkAsync(transaction, request, provider.Name, linked, someone)
                : signIn.AcceptAsync(transaction, request, provider.Name, provider.EmailOptional, someone),
            async (transaction, user) => (await sessions.StartAsync(transaction, request, user.Id, new SignInMethod("oauth", provider.Name))).ToReply(),
            cancellation);
    }

    /// <summary>Whom the identity is to be added to; nobody where it is a sign-in.</summary>
    private async Task<Result<Target>> TargetAsync(AuthRequest request, TokenBody body, CancellationToken cancellation)
    {
        if (!body.LinkIdentity) return new Target(null);
        if (!options.ManualLinking) return IdentityErrors.LinkingDisabled;
        if (!request.IsAuthorized) return ExternalErrors.LinkingWantsUser;
        await using var transaction = await database.BeginAsync(cancellation);
        return (await SignedIn.FindAsync(transaction, request)).Ok(out var caller, out var error) ? new Target(caller.User.Id) : error;
    }

    /// <summary>The provider by its name, or Google by its issuer. Issuers that nobody set up here are not asked.</summary>
    private async Task<Result<OidcSetup>> ProviderAsync(AuthRequest request, TokenBody body, CancellationToken cancellation)
    {
        if (string.IsNullOrEmpty(body.Provider) && (string.IsNullOrEmpty(body.ClientId) || string.IsNullOrEmpty(body.Issuer))) return ExternalErrors.ProviderMissing;
        var name = string.IsNullOrEmpty(body.Provider) ? "google" : body.Provider;
        if (!(await providers.FindAsync(request, name, cancellation)).Ok(out var found, out var error))
            return error == ExternalErrors.NotEnabled ? ExternalErrors.ProviderDisabled(name) : error;
        if (found is not OidcSetup provider) return ExternalErrors.IdTokenUnsupported(name);
        return string.IsNullOrEmpty(body.Issuer) || body.Issuer == provider.Issuer ? provider : ExternalErrors.IdTokenUnsupported(body.Issuer);
    }

    /// <summary>The application hands the provider a hash, so that whoever sees the token does not know the nonce.</summary>
    private static ApiError? NonceFlaw(string? stated, string? told)
    {
        if (string.IsNullOrEmpty(stated) != string.IsNullOrEmpty(told)) return ExternalErrors.NonceOneSided;
        if (string.IsNullOrEmpty(stated)) return null;
        return stated == Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(told!))) ? null : ExternalErrors.NonceMismatch;
    }

    private sealed record Target(Guid? User);
}
