using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using Amazon.Runtime;
using Amazon.S3;
using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Storage;

/// <summary>What a request differs in from an honest one.</summary>
/// <param name="Age">How long ago it was signed.</param>
/// <param name="PayloadHash">In place of the body's.</param>
/// <param name="Unsigned">Headers that are sent and not signed.</param>
internal sealed record Twist(TimeSpan Age = default, string? PayloadHash = null, (string Name, string Value)[]? Unsigned = null, string SignedPath = "");

/// <summary>The S3 protocol by Amazon's client, and by hand, for what no client would send.</summary>
internal static class S3Client
{
    /// <summary>Amazon's client in the session form.</summary>
    public static AmazonS3Client S3(this TestPlatform platform, string token) => new(
        new SessionAWSCredentials("stub", platform.AnonKey, token),
        new AmazonS3Config { ServiceURL = new Uri(platform.Url, "/storage/v1/s3").AbsoluteUri, AuthenticationRegion = "us-east-1", ForcePathStyle = true, MaxErrorRetry = 0 });

    /// <summary>Sends a request that is signed with the service key's session: the status and S3's code, or <c>200</c>.</summary>
    /// <param name="target">Below <c>/storage/v1/s3</c>, sent as it is.</param>
    public static async Task<string> SignedAsync(
        this TestPlatform platform, string method, string target, string body = "", Twist? twist = null, params (string Name, string Value)[] headers)
    {
        var (path, query) = target.Split('?') is [var first, var rest] ? (first, rest) : (target, "");
        path = "/storage/v1/s3" + path;
        var at = DateTimeOffset.UtcNow - (twist?.Age ?? TimeSpan.Zero);
        var signed = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["host"] = platform.Url.Authority, ["x-amz-date"] = at.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture),
            ["x-amz-security-token"] = platform.ServiceKey, ["x-amz-content-sha256"] = twist?.PayloadHash ?? Hash(body),
        };
        foreach (var (name, value) in headers) signed[name] = value;
        var scope = $"{at:yyyyMMdd}/eu-1/s3/aws4_request";
        var canonical = $"{method}\n{(twist is { SignedPath.Length: > 0 } ? twist.SignedPath : path)}\n{string.Join('&', query.Split('&').Order(StringComparer.Ordinal))}\n"
            + $"{string.Concat(signed.Select(header => $"{header.Key}:{header.Value}\n"))}\n{string.Join(';', signed.Keys)}\n{signed["x-amz-content-sha256"]}";
        var key = Encoding.UTF8.GetBytes("AWS4" + platform.AnonKey);
        foreach (var step in scope.Split('/')) key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(step));
        var signature = Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"AWS4-HMAC-SHA256\n{signed["x-amz-date"]}\n{scope}\n{Hash(canonical)}")));
        signed["authorization"] = $"AWS4-HMAC-SHA256 Credential=stub/{scope}, SignedHeaders={string.Join(';', signed.Keys)}, Signature={signature}";
        foreach (var (name, value) in twist?.Unsigned ?? []) signed[name] = value;
        return await RawAsync(platform, method, path + (query.Length > 0 ? "?" + query : ""), signed, body);
    }

    /// <summary>Over a socket: HttpClient would mend the path.</summary>
    private static async Task<string> RawAsync(TestPlatform platform, string method, string target, SortedDictionary<string, string> headers, string body)
    {
        using var socket = new System.Net.Sockets.TcpClient();
        await socket.ConnectAsync(platform.Url.Host, platform.Url.Port);
        await using var stream = socket.GetStream();
        var head = $"{method} {target} HTTP/1.1\r\n{string.Concat(headers.Select(header => $"{header.Key}: {header.Value}\r\n"))}"
            + $"content-length: {Encoding.UTF8.GetByteCount(body)}\r\nconnection: close\r\n\r\n";
        await stream.WriteAsync(Encoding.UTF8.GetBytes(head + body));
        var answer = await new StreamReader(stream).ReadToEndAsync();
        var status = answer.Split(' ')[1];
        if (status is ['2', ..]) return "200";
        var xml = answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];
        return $"{status} {(xml.StartsWith('<') ? XElement.Parse(xml).Element("Code")?.Value : xml)}";
    }

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
