using System.Collections.Immutable;
using System.Globalization;
using Hedgerow.Postgres;
using Hedgerow.Storage.S3Protocol.Signing;
using Microsoft.AspNetCore.Http;

namespace Hedgerow.Storage.S3Protocol.Payload;

/// <summary>A request's body: its data, decoded, and verified while it is read.</summary>
/// <param name="Length">Bytes in <paramref name="Data"/>; null: nobody said so.</param>
/// <param name="Checksums">The checksums that the client sent in the head, which an answer repeats once the data was read.</param>
public sealed record S3Payload(Stream Data, long? Length, ImmutableArray<KeyValuePair<string, string>> Checksums) : IAsyncDisposable
{
    public ValueTask DisposeAsync() => Data.DisposeAsync();

    /// <summary>Looks at the head only; the body stays unread.</summary>
    public static Result<S3Payload> Open(HttpRequest request, Authenticated sender)
    {
        if (PayloadKind.Parse(sender.Signed.PayloadHash) is not { } kind) return S3Errors.BadPayloadHash;
        // A presigned URL's signature covers no body; its holder may still send one in chunks, as any that is not signed.
        if (sender.Signed is { Lifetime: not null, PayloadHash: PayloadKind.Unsigned } && request.Headers["x-amz-content-sha256"].ToString() == "STREAMING-UNSIGNED-PAYLOAD-TRAILER")
            kind = new PayloadKind.Chunked(IsSigned: false, HasTrailer: true);
        var expectations = new List<Expectation>();
        var checksums = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>();
        if (kind is PayloadKind.Hashed { Sha256: var sha256 }) expectations.Add(new(Checksum.ForHeader("x-amz-checksum-sha256")!, () => sha256, S3Errors.WrongPayloadHash));
        if (ReadMd5(request.Headers, expectations) is { } badMd5) return badMd5;
        foreach (var header in Checksum.Headers)
        {
            if (request.Headers[header] is not [{ } text]) continue;
            if (Bytes(text, Checksum.LengthOf(header)) is not { } expected) return S3Errors.InvalidDigest(header);
            expectations.Add(new(Checksum.ForHeader(header)!, () => expected, S3Errors.BadDigest(header)));
            checksums.Add(new(header, text));
        }
        if (kind is not PayloadKind.Chunked chunked)
            return new S3Payload(new VerifiedBody(request.Body, request.ContentLength, expectations), request.ContentLength, checksums.ToImmutable());

        if (!ReadDecodedLength(request.Headers, out var length)) return S3Errors.NoLength;
        var announced = chunked.HasTrailer
            ? request.Headers["x-amz-trailer"].ToString().Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(name => name.ToLowerInvariant()).ToHashSet(StringComparer.Ordinal)
            : null;
        var body = new ChunkedBody(request.Body, chunked.IsSigned ? sender.Key : null, sender.Signed.Signature, announced);
        foreach (var header in announced ?? [])
        {
            if (Checksum.ForHeader(header) is not { } checksum) continue;
            var size = Checksum.LengthOf(header);
            expectations.Add(new(
                checksum,
                () => Bytes(body.Trailer(header) ?? "", size) ?? throw new PayloadRefusedException(S3Errors.InvalidDigest(header)),
                S3Errors.BadDigest(header)));
        }
        return new S3Payload(new VerifiedBody(body, length, expectations), length, checksums.ToImmutable());
    }

    private static ApiError? ReadMd5(IHeaderDictionary headers, List<Expectation> expectations)
    {
        if (headers.ContentMD5 is not [{ } text]) return null;
        if (Bytes(text, 16) is not { } md5) return S3Errors.InvalidDigest("Content-MD5");
        expectations.Add(new(Checksum.Md5(), () => md5, S3Errors.BadDigest("Content-MD5")));
        return null;
    }

    private static bool ReadDecodedLength(IHeaderDictionary headers, out long length) =>
        long.TryParse(headers["x-amz-decoded-content-length"].ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out length);

    private static byte[]? Bytes(string base64, int length)
    {
        var bytes = new byte[length];
        return Convert.TryFromBase64String(base64, bytes, out var written) && written == length ? bytes : null;
    }
}
