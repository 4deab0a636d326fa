namespace Hedgerow.Auth.External.Http;

/// <summary>The addresses that providers may be at.</summary>
public static class ProviderUrl
{
    private const int MaxLength = 2048;

    /// <summary>Why <paramref name="url"/> cannot be an address of a provider, or null.</summary>
    /// <param name="mayBeInsecure">It may begin with <c>http</c> rather than <c>https</c>.</param>
    public static string? Flaw(string? url, Func<Uri, bool> mayBeInsecure)
    {
        if (url is null || url.Length > MaxLength || !Uri.TryCreate(url, UriKind.Absolute, out var uri)) return "must be an absolute URL";
        if (uri.UserInfo.Length > 0 || uri.Fragment.Length > 0) return "must have neither a user nor a fragment";
        if (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && mayBeInsecure(uri))) return null;
        return uri.Scheme == Uri.UriSchemeHttp ? "must be https (http only at loopback addresses, with Auth:CustomProviders:AllowLoopback)" : "must be https";
    }
}
