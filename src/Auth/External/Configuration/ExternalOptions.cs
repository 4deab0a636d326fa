namespace Hedgerow.Auth.External.Configuration;

/// <summary>Signing in with accounts elsewhere. Section <c>Auth:External</c>; the names and meanings are GoTrue's (<c>GOTRUE_EXTERNAL_…</c>).</summary>
public sealed record ExternalOptions
{
    /// <summary>GitHub, or a GitHub Enterprise Server at <see cref="ProviderOptions.Url"/>.</summary>
    public ProviderOptions Github { get; init; } = new();

    /// <summary>Google, by OpenID Connect. <see cref="ProviderOptions.Url"/> is another issuer.</summary>
    public ProviderOptions Google { get; init; } = new();

    /// <summary>GitLab, or an instance of one's own at <see cref="ProviderOptions.Url"/>.</summary>
    public ProviderOptions Gitlab { get; init; } = new();

    /// <summary>Bitbucket Cloud.</summary>
    public ProviderOptions Bitbucket { get; init; } = new();

    /// <summary>Seconds that a provider may take for one answer.</summary>
    public int Timeout { get; init; } = 10;
}

/// <summary>A built-in provider.</summary>
public sealed record ProviderOptions
{
    /// <summary>People may sign in with it.</summary>
    public bool Enabled { get; init; }

    /// <summary>The client that is registered there. A comma list where tokens made for other clients (mobile applications) are taken too; the first is used to ask.</summary>
    public string ClientId { get; init; } = "";

    /// <summary>That client's secret.</summary>
    public string Secret { get; init; } = "";

    /// <summary>The registered redirect URI; by default <c>/auth/v1/callback</c> of this platform.</summary>
    public string RedirectUri { get; init; } = "";

    /// <summary>The provider's address where it is not the usual one.</summary>
    public string Url { get; init; } = "";

    /// <summary><c>id_token</c> sign-in takes tokens whatever nonce they bear. For mobile SDKs that do not tell it.</summary>
    public bool SkipNonceCheck { get; init; }

    /// <summary>People may sign in whose address the provider does not tell.</summary>
    public bool EmailOptional { get; init; }
}
