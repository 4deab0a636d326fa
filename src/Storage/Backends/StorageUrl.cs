using System.Diagnostics.CodeAnalysis;

namespace Hedgerow.Storage.Backends;

/// <summary>
/// Where objects are kept: <c>file:///var/lib/hedgerow/storage</c>, or <c>s3://access:secret@host:port/bucket[/prefix][?region=…&amp;tls=true|false]</c>.
/// Without <c>tls</c> an S3 server on this machine is spoken to in clear, any other by TLS.
/// </summary>
public abstract record StorageUrl
{
    /// <param name="problem">What is wrong, without repeating the text, which may hold a secret.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out StorageUrl? url, [NotNullWhen(false)] out string? problem)
    {
        url = null;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri))
        {
            problem = "must be file:///folder or s3://access:secret@host:port/bucket";
            return false;
        }
        (url, problem) = uri.Scheme switch
        {
            "file" when uri.IsFile && uri.Host.Length == 0 && uri.LocalPath.Length > 1 => (new FileUrl(uri.LocalPath), null),
            "file" => (null, "must name a folder of this machine by its full path: file:///var/lib/hedgerow/storage"),
            "s3" => S3Url.Parse(uri),
            _ => ((StorageUrl?)null, $"must begin with file:// or s3://, not {uri.Scheme}://"),
        };
        return url is not null;
    }

    /// <summary>The backend that the URL names.</summary>
    public abstract IObjectBackend Open(TimeSpan patience);
}

/// <summary>A folder.</summary>
public sealed record FileUrl(string Folder) : StorageUrl
{
    public override IObjectBackend Open(TimeSpan patience) => new FileBackend(Folder);
}

/// <summary>A bucket of an S3 server.</summary>
/// <param name="Endpoint">The server's address.</param>
/// <param name="Prefix">What every key begins with; empty, or ending in a slash.</param>
public sealed record S3Url(Uri Endpoint, string Bucket, string Prefix, string Region, string AccessKey, string SecretKey) : StorageUrl
{
    public override IObjectBackend Open(TimeSpan patience) => new S3Backend(this, patience);

    /// <summary>Says where it is, and no secret.</summary>
    public override string ToString() => $"{Endpoint.GetLeftPart(UriPartial.Authority)}/{Bucket}/{Prefix}".TrimEnd('/');

    internal static (StorageUrl? Url, string? Problem) Parse(Uri uri)
    {
        var path = Uri.UnescapeDataString(uri.AbsolutePath).Trim('/').Split('/', 2);
        if (uri.Host.Length == 0 || path[0].Length == 0) return (null, "must name a host and a bucket: s3://access:secret@host:port/bucket");
        if (uri.UserInfo.Split(':', 2) is not [{ Length: > 0 } access, { Length: > 0 } secret])
            return (null, "must hold the access key and the secret key (percent-encoded): s3://access:secret@host:port/bucket");
        var tls = !uri.IsLoopback;
        var region = "us-east-1";
        foreach (var pair in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            switch (pair.Split('=', 2))
            {
                case ["tls", "true" or "false"]: tls = pair.EndsWith("=true", StringComparison.Ordinal); break;
                case ["region", { Length: > 0 } named]: region = named; break;
                default: return (null, "may have the parameters region=… and tls=true or tls=false only");
            }
        }
        var endpoint = new UriBuilder(tls ? "https" : "http", uri.Host, uri.IsDefaultPort || uri.Port < 0 ? tls ? 443 : 80 : uri.Port).Uri;
        return (new S3Url(
            endpoint, path[0], path.Length > 1 ? $"{path[1].TrimEnd('/')}/" : "", region, Uri.UnescapeDataString(access), Uri.UnescapeDataString(secret)), null);
    }
}
