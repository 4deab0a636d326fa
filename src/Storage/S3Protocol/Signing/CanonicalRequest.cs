using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Hedgerow.Storage.S3Protocol.Signing;

/// <summary>The form of a request that both sides sign (Amazon S3 API Reference, Signature Calculations, Task 1). S3 normalises no paths.</summary>
public static class CanonicalRequest
{
    /// <summary>
    /// Its SHA-256, as the client may have had it: the path is encoded as it was sent, or as SigV4 wants it, which differ for clients that send more than the
    /// unreserved characters in clear. Both name the same object.
    /// </summary>
    public static IEnumerable<string> Hashes(HttpRequest request, S3Target target, SignedRequest signed)
    {
        var behindPath = BehindPath(request, target, signed);
        yield return Hash($"{request.Method}\n{target.Path}\n{behindPath}");
        var encoded = UriText.Encode(UriText.Decode(target.Path)!, keepsSlash: true);
        if (encoded != target.Path) yield return Hash($"{request.Method}\n{encoded}\n{behindPath}");
    }

    private static string BehindPath(HttpRequest request, S3Target target, SignedRequest signed)
    {
        var text = new StringBuilder(512);
        text.AppendJoin('&', target.Query
            .Where(pair => signed.Lifetime is null || pair.Key != "X-Amz-Signature")
            .Select(pair => (Name: UriText.Encode(pair.Key), Value: UriText.Encode(pair.Value)))
            .OrderBy(pair => pair.Name, StringComparer.Ordinal).ThenBy(pair => pair.Value, StringComparer.Ordinal)
            .Select(pair => $"{pair.Name}={pair.Value}"));
        text.Append('\n');
        foreach (var name in signed.SignedHeaders)
            text.Append(name).Append(':').AppendJoin(',', request.Headers[name].Select(value => Folded(value ?? ""))).Append('\n');
        return text.Append('\n').AppendJoin(';', signed.SignedHeaders).Append('\n').Append(signed.PayloadHash).ToString();
    }

    /// <summary>Headers that change what a request does, and that its signature does not cover: whoever has a presigned URL must not add any.</summary>
    public static bool HasUnsigned(HttpRequest request, SignedRequest signed)
    {
        foreach (var name in request.Headers.Keys)
        {
            if (!name.StartsWith("x-amz-", StringComparison.OrdinalIgnoreCase) || signed.SignedHeaders.Contains(name.ToLowerInvariant())) continue;
            // In a presigned request it describes the body alone, which its holder chooses.
            if (signed.Lifetime is null || !name.Equals("x-amz-content-sha256", StringComparison.OrdinalIgnoreCase)) return true;
        }
        return false;
    }

    /// <summary>Without spaces around, and one where there were several.</summary>
    private static string Folded(string value)
    {
        value = value.Trim(' ');
        while (value.Contains("  ", StringComparison.Ordinal)) value = value.Replace("  ", " ", StringComparison.Ordinal);
        return value;
    }

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
