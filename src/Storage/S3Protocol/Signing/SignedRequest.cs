using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using Hedgerow.Postgres;
using Hedgerow.Storage.S3Protocol.Forms;
using Microsoft.AspNetCore.Http;

namespace Hedgerow.Storage.S3Protocol.Signing;

/// <summary>What a request says of its signature (Amazon S3 API Reference, Authenticating Requests: AWS Signature Version 4). Nothing of it is verified yet.</summary>
/// <param name="AccessKeyId">Whose secret signed.</param>
/// <param name="Date">The day of the signing key, <c>yyyyMMdd</c>.</param>
/// <param name="Region">The region of the signing key; any.</param>
/// <param name="SignedHeaders">Names in lower case, in their order.</param>
/// <param name="Signature">64 hexadecimal digits.</param>
/// <param name="Timestamp">When it was signed, as it stands in the string that was signed.</param>
/// <param name="Lifetime">Of a presigned URL; null for a signature in the header.</param>
/// <param name="SessionToken">The JWT of the session form; null: an access key signed.</param>
/// <param name="PayloadHash">As the signature covers it: a SHA-256 in hexadecimal digits, or one of the names of <see cref="Payload.PayloadKind"/>.</param>
public sealed record SignedRequest(
    string AccessKeyId, string Date, string Region, ImmutableArray<string> SignedHeaders, string Signature, string Timestamp, DateTimeOffset SignedAt,
    TimeSpan? Lifetime, string? SessionToken, string PayloadHash)
{
    public const string Algorithm = "AWS4-HMAC-SHA256";

    private const string Terminator = "aws4_request";
    private const int MaxLifetime = 7 * 24 * 60 * 60;

    private static readonly SearchValues<char> s_hex = SearchValues.Create("0123456789abcdef");

    /// <summary><c>date/region/s3/aws4_request</c></summary>
    public string Scope => $"{Date}/{Region}/s3/{Terminator}";

    /// <summary>From the <c>Authorization</c> header, or else from a presigned URL's query.</summary>
    public static Result<SignedRequest> Read(HttpRequest request, S3Target target) =>
        request.Headers.Authorization is [{ } authorization] && authorization.StartsWith(Algorithm, StringComparison.Ordinal) ? ReadHeader(authorization, request.Headers)
        : target.Has("X-Amz-Signature") || target.Has("X-Amz-Credential") ? ReadQuery(request.Headers, target)
        : S3Errors.NoSignature;

    /// <summary>From the fields of a form. Its signature covers the policy alone, which has its own end.</summary>
    public static Result<SignedRequest> Read(PostForm form)
    {
        if (form.Field("policy") is null && form.Field("x-amz-signature") is null) return S3Errors.NoSignature;
        if (form.Field("policy") is null || form.Field("x-amz-algorithm") != Algorithm || form.Field("x-amz-credential") is not { } credential
            || form.Field("x-amz-signature") is not { } signature || form.Field("x-amz-date") is not { } timestamp || !ParseTime(timestamp, out var at)) return S3Errors.BadFormSignature;
        var signed = Compose(credential, "host", signature, timestamp, at, TimeSpan.MaxValue, form.Field("x-amz-security-token"), Payload.PayloadKind.Unsigned);
        return signed is not null ? signed : S3Errors.BadFormSignature;
    }

    private static Result<SignedRequest> ReadHeader(string authorization, IHeaderDictionary headers)
    {
        string? credential = null, signedHeaders = null, signature = null;
        foreach (var field in authorization[Algorithm.Length..].Split(',', StringSplitOptions.TrimEntries))
        {
            switch (field.Split('=', 2))
            {
                case ["Credential", var value]: credential = value; break;
                case ["SignedHeaders", var value]: signedHeaders = value; break;
                case ["Signature", var value]: signature = value; break;
            }
        }
        if (credential is null || signedHeaders is null || signature is null) return S3Errors.BadAuthorization;
        if (!ReadTime(headers, out var timestamp, out var at)) return S3Errors.NoDate;
        if (headers["x-amz-content-sha256"] is not [{ Length: > 0 } payloadHash]) return S3Errors.NoPayloadHash;
        var token = headers["x-amz-security-token"] is [{ Length: > 0 } sent] ? sent : null;
        return Compose(credential, signedHeaders, signature, timestamp, at, null, token, payloadHash) is { } signed ? signed : S3Errors.BadAuthorization;
    }

    private static Result<SignedRequest> ReadQuery(IHeaderDictionary headers, S3Target target)
    {
        if (target["X-Amz-Algorithm"] != Algorithm || target["X-Amz-Credential"] is not { } credential || target["X-Amz-SignedHeaders"] is not { } signedHeaders
            || target["X-Amz-Signature"] is not { } signature || target["X-Amz-Date"] is not { } timestamp || !ParseTime(timestamp, out var at)
            || !int.TryParse(target["X-Amz-Expires"], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) || seconds is < 1 or > MaxLifetime
            // Twice the same parameter: one would be signed and another one meant.
            || target.Query.Where(pair => pair.Key.StartsWith("X-Amz-", StringComparison.Ordinal)).GroupBy(pair => pair.Key).Any(group => group.Count() > 1))
            return S3Errors.BadPresignedQuery;
        var payloadHash = target["X-Amz-Content-Sha256"]
            ?? (headers["x-amz-content-sha256"] is [{ Length: > 0 } sent] && signedHeaders.Split(';').Contains("x-amz-content-sha256") ? sent : Payload.PayloadKind.Unsigned);
        var token = target["X-Amz-Security-Token"] is { Length: > 0 } session ? session : null;
        return Compose(credential, signedHeaders, signature, timestamp, at, TimeSpan.FromSeconds(seconds), token, payloadHash) is { } signed ? signed : S3Errors.BadPresignedQuery;
    }

    private static SignedRequest? Compose(
        string credential, string signedHeaders, string signature, string timestamp, DateTimeOffset at, TimeSpan? lifetime, string? token, string payloadHash)
    {
        if (signature.Length != 64 || signature.AsSpan().ContainsAnyExcept(s_hex)) return null;
        var names = signedHeaders.Split(';').ToImmutableArray();
        if (names.Any(name => name.Length == 0 || name.Any(c => c is <= ' ' or > '~' or (>= 'A' and <= 'Z'))) || !names.Contains("host")) return null;
        // An access key id may hold slashes, the other fields not.
        var fields = credential.Split('/');
        if (fields.Length < 5 || fields[^1] != Terminator || fields[^2] != "s3") return null;
        var (date, region) = (fields[^4], fields[^3]);
        // The key of one day signs for that day alone.
        if (at.UtcDateTime.ToString("yyyyMMdd", CultureInfo.InvariantCulture) != date) return null;
        return new SignedRequest(string.Join('/', fields[..^4]), date, region, names, signature, timestamp, at, lifetime, token, payloadHash);
    }

    private static bool ReadTime(IHeaderDictionary headers, out string timestamp, out DateTimeOffset at)
    {
        timestamp = headers["x-amz-date"].ToString();
        if (timestamp.Length > 0) return ParseTime(timestamp, out at);
        if (!DateTimeOffset.TryParseExact(headers.Date.ToString(), "R", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out at)) return false;
        timestamp = at.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        return true;
    }

    private static bool ParseTime(string text, out DateTimeOffset at) =>
        DateTimeOffset.TryParseExact(text, "yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out at);
}
