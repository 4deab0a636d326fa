using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Hedgerow.Auth.External.Http;
using Hedgerow.Auth.External.Oidc;
using Hedgerow.Auth.External.Profiles;
using Hedgerow.Postgres;
using Microsoft.Extensions.Logging;

namespace Hedgerow.Auth.External.SignIn;

/// <summary>Who has signed in at a provider, and what the provider gives the application for them.</summary>
public sealed record ProviderGrant(ExternalUser User, string AccessToken, string? RefreshToken);

/// <summary>Redeems a provider's code, and asks who it was given for.</summary>
public sealed class CodeExchange(ProviderClients clients, Issuers issuers, OidcProfile profile, ILogger<CodeExchange> logger)
{
    public async Task<Result<ProviderGrant>> RedeemAsync(ProviderSetup provider, ReturnedFlow flow, string code, CancellationToken cancellation)
    {
        if (!(await EndpointsAsync(provider, cancellation)).Ok(out var endpoints, out var error)) return error;
        if (!(await TokensAsync(provider, endpoints, flow, code, cancellation)).Ok(out var tokens, out error)) return error;
        var user = provider switch
        {
            OAuth2Setup plain => await plain.ReadProfile(clients.For(provider), tokens.AccessToken, cancellation),
            OidcSetup oidc => await IdentifyAsync(oidc, flow, tokens, cancellation),
            _ => throw new InvalidOperationException($"There is no provider of type {provider.GetType()}."),
        };
        return user.Ok(out var someone, out error) ? new ProviderGrant(someone, tokens.AccessToken, tokens.RefreshToken) : error;
    }

    private async Task<Result<ProviderEndpoints>> EndpointsAsync(ProviderSetup provider, CancellationToken cancellation)
    {
        if (provider is not OidcSetup oidc) return ((OAuth2Setup)provider).Endpoints;
        return (await issuers.DiscoverAsync(oidc, cancellation)).Ok(out var document, out var error) ? document.Endpoints : error;
    }

    /// <summary>RFC 6749, 4.1.3.</summary>
    private async Task<Result<Tokens>> TokensAsync(ProviderSetup provider, ProviderEndpoints endpoints, ReturnedFlow flow, string code, CancellationToken cancellation)
    {
        List<KeyValuePair<string, string>> form =
        [
            new("grant_type", "authorization_code"), new("code", code), new("redirect_uri", provider.RedirectUri),
            .. flow.CodeVerifier is { } verifier ? [new KeyValuePair<string, string>("code_verifier", verifier)] : Array.Empty<KeyValuePair<string, string>>(),
        ];
        KeyValuePair<string, string>[] credentials = [new("client_id", provider.ClientId), new("client_secret", provider.Secret)];
        var client = clients.For(provider);
        var inHeader = endpoints.Authentication != ClientAuthentication.Post;
        var sent = inHeader
            ? await client.PostAsync(endpoints.Token, form, Basic(provider), cancellation)
            : await client.PostAsync(endpoints.Token, [.. form, .. credentials], authorization: null, cancellation);
        if (!sent.Ok(out var answer, out var error)) return error;
        // A client that was not recognised has not spent the code.
        if (endpoints.Authentication == ClientAuthentication.Either && (answer.Status == HttpStatusCode.Unauthorized || answer.Json.Text("error") == "invalid_client")
            && !(await client.PostAsync(endpoints.Token, [.. form, .. credentials], authorization: null, cancellation)).Ok(out answer, out error)) return error;

        // GitHub refuses with 200.
        if (answer.IsSuccess && answer.Json.Text("access_token") is { } token)
            return new Tokens(token, answer.Json.Text("refresh_token"), answer.Json.Text("id_token"));
        ExternalLog.CodeRefused(logger, provider.Name, answer.Json.Text("error") ?? $"status {(int)answer.Status}");
        return ExternalErrors.CodeRefused(code);
    }

    /// <summary>From the id_token, which must be of this very sign-in.</summary>
    private async Task<Result<ExternalUser>> IdentifyAsync(OidcSetup provider, ReturnedFlow flow, Tokens tokens, CancellationToken cancellation)
    {
        if (tokens.IdToken is null) return ExternalErrors.ProfileUnusable("there is no id_token");
        if (!(await issuers.VerifyAsync(provider, tokens.IdToken, cancellation)).Ok(out var token, out var error)) return error;
        if (token.Nonce != flow.Nonce) return ExternalErrors.NonceMismatch;
        if (!token.Vouches(tokens.AccessToken)) return ExternalErrors.BadIdToken("it came with another access token");
        return await profile.ReadAsync(provider, token, tokens.AccessToken, cancellation);
    }

    /// <summary>RFC 6749, 2.3.1: both halves are form-encoded first.</summary>
    private static AuthenticationHeaderValue Basic(ProviderSetup provider) => new(
        "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{WebUtility.UrlEncode(provider.ClientId)}:{WebUtility.UrlEncode(provider.Secret)}")));

    private sealed record Tokens(string AccessToken, string? RefreshToken, string? IdToken);
}
