using Microsoft.AspNetCore.Http;

namespace Hedgerow.Storage;

/// <summary>Where clients reach the platform. The host provides it.</summary>
/// <param name="Url">Without a slash at its end; empty: wherever the request came to.</param>
public sealed record PublicAddress(string Url)
{
    /// <summary>What a URL in the answer to <paramref name="request"/> begins with.</summary>
    public string Of(HttpRequest request) => Url.Length > 0 ? Url : $"{request.Scheme}://{request.Host}";
}
