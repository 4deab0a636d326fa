namespace Hedgerow.Rest.OpenApi;

/// <summary>Where clients reach the API: <c>schemes</c>, <c>host</c> and <c>basePath</c> of the document.</summary>
/// <param name="Scheme"><c>http</c> or <c>https</c>.</param>
/// <param name="Host">With its port.</param>
/// <param name="BasePath">Begins with a slash.</param>
public sealed record OpenApiServer(string Scheme, string Host, string BasePath)
{
    /// <summary>The proxy that <see cref="RestOptions.OpenApiServerProxyUri"/> names, or null where it names none.</summary>
    public static OpenApiServer? FromProxy(RestOptions options) =>
        Uri.TryCreate(options.OpenApiServerProxyUri, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            ? new(uri.Scheme, $"{uri.Host}:{uri.Port}", uri.AbsolutePath)
            : null;
}
