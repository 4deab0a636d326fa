namespace Hedgerow.Auth.Http;

/// <summary>The room's address as clients reach it: where links in mails lead.</summary>
/// <param name="configured">Without a trailing slash. Port 0 (any free one) stands for the port that a request came in by.</param>
public sealed class ExternalAddress(string configured)
{
    private readonly Uri _configured = new(configured);

    /// <summary>The address, for links in the answer to <paramref name="request"/>.</summary>
    public string For(AuthRequest request) =>
        _configured.Port == 0 ? new UriBuilder(_configured) { Port = request.LocalPort }.Uri.AbsoluteUri.TrimEnd('/') : configured;

    /// <summary>The link that spends a token.</summary>
    /// <param name="type">The <c>type</c> that <c>/verify</c> knows.</param>
    public string VerifyLink(AuthRequest request, string hash, string type, string redirectTo) =>
        $"{For(request)}/verify?token={hash}&type={type}&redirect_to={Uri.EscapeDataString(redirectTo)}";
}
