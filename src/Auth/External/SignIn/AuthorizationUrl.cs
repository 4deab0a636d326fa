using System.Security.Cryptography;
using System.Text;
using System.Buffers.Text;

namespace Hedgerow.Auth.External.SignIn;

/// <summary>Writes the address of a provider's authorization page (RFC 6749, 4.1.1).</summary>
public static class AuthorizationUrl
{
    /// <summary>Parameters that this server decides, and what is meant for it rather than for the provider.</summary>
    private static readonly HashSet<string> s_own = new(StringComparer.OrdinalIgnoreCase)
    {
        "client_id", "client_secret", "redirect_uri", "response_type", "state", "code_challenge", "code_challenge_method", "code_verifier", "nonce", "scope",
        "provider", "scopes", "redirect_to", "invite_token", "skip_http_redirect", "apikey", "response_mode", "request", "request_uri",
    };

    /// <summary>Parameters that nobody but this server may set, in a request or in a provider's settings.</summary>
    public static bool IsReserved(string parameter) => s_own.Contains(parameter);

    /// <param name="scopes">Those that the request names, separated by commas or blanks.</param>
    /// <param name="passedOn">Further parameters of the request, such as <c>prompt</c>; reserved ones are left out.</param>
    public static string For(
        ProviderSetup provider, string endpoint, OutgoingFlow flow, string scopes, IEnumerable<KeyValuePair<string, string>> passedOn)
    {
        Dictionary<string, string> parameters = new(StringComparer.Ordinal);
        foreach (var (name, value) in passedOn.Where(pair => !IsReserved(pair.Key))) parameters[name] = value;
        foreach (var (name, value) in provider.AuthorizationParameters) parameters[name] = value;
        parameters["client_id"] = provider.ClientId;
        parameters["redirect_uri"] = provider.RedirectUri;
        parameters["response_type"] = "code";
        parameters["scope"] = string.Join(' ', Scopes(provider, scopes));
        parameters["state"] = flow.State.ToString();
        if (flow.Nonce is not null) parameters["nonce"] = flow.Nonce;
        if (flow.CodeVerifier is not null)
        {
            parameters["code_challenge"] = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(flow.CodeVerifier)));
            parameters["code_challenge_method"] = "S256";
        }
        var query = string.Join('&', parameters.Select(pair => $"{Uri.EscapeDataString(pair.Key)}={Uri.EscapeDataString(pair.Value)}"));
        return $"{endpoint}{(endpoint.Contains('?', StringComparison.Ordinal) ? '&' : '?')}{query}";
    }

    private static IEnumerable<string> Scopes(ProviderSetup provider, string requested)
    {
        var named = requested.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries);
        if (named.Length == 0) return provider.Scopes;
        if (!provider.RequestReplacesScopes) return provider.Scopes.Concat(named).Distinct();
        return provider is OidcSetup ? named.Prepend("openid").Distinct() : named;
    }
}
