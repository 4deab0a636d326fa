namespace Hedgerow.Auth.External.Configuration;

/// <summary>Providers beside the built-in ones: any OpenID Connect or OAuth 2.0 server. Section <c>Auth:CustomProviders</c>.</summary>
public sealed record CustomProviderOptions
{
    /// <summary>The service role may add some over <c>/admin/custom-providers</c>, and people sign in with them (<c>GOTRUE_CUSTOM_OAUTH_ENABLED</c>).</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Most that can be added (<c>GOTRUE_CUSTOM_OAUTH_MAX_PROVIDERS</c>). 0: no limit.</summary>
    public int MaxProviders { get; init; }

    /// <summary>
    /// Providers of the installation, as a JSON array of what <c>POST /admin/custom-providers</c> takes. Their addresses are the operator's own
    /// and may be internal; those that are added over HTTP may not.
    /// </summary>
    public string Configured { get; init; } = "[]";

    /// <summary>
    /// Providers that are added over HTTP may be at <c>http://</c> and loopback addresses: for development and tests. By default only where the
    /// platform itself is at a loopback address.
    /// </summary>
    public bool? AllowLoopback { get; init; }
}
