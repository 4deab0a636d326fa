using Hedgerow.Postgres;
using Hedgerow.Storage.Api;
using Hedgerow.Storage.Objects;
using Hedgerow.Storage.S3Protocol.Signing;

namespace Hedgerow.Storage.S3Protocol.Calls;

/// <summary>CopyObject.</summary>
public sealed class CopyCalls(ObjectMover mover)
{
    public async Task<ApiError?> CopyAsync(S3Request request, CancellationToken cancellation)
    {
        if (!ReadSource(request).Ok(out var source, out var error) || !UploadHead.Read(request).Ok(out var head, out error)
            || !UploadHead.ReadReplacement(request).Ok(out var place, out error)) return error;
        if (place.ETag is not null) return S3Errors.NotImplemented("If-Match of a copy");
        var directive = request.Header("x-amz-metadata-directive") ?? "COPY";
        if (directive is not ("COPY" or "REPLACE")) return S3Errors.InvalidArgument("x-amz-metadata-directive must be COPY or REPLACE");
        var replaces = directive == "REPLACE";
        if (!replaces && source.Bucket == request.Bucket && source.Key == request.Key) return S3Errors.SelfCopy;

        Result<UploadIntent> Intent(ObjectRow row)
        {
            if (RefuseSource(request, row.Metadata) is { } unmet) return unmet;
            var kept = replaces ? head : new UploadHead(row.Metadata.MimeType, row.Metadata.CacheControl, row.Metadata.ContentEncoding, row.UserMetadata);
            return kept.Into(request, request.Key, place.Replaces, row.Metadata.Size);
        }

        var transfer = new Transfer(source.Bucket, source.Key, request.Bucket, request.Key);
        if (!(await mover.CopyAsync(request.Session, transfer, Intent, cancellation)).Ok(out var copy, out error))
            return !place.Replaces && error.Code == "KeyAlreadyExists" ? StorageErrors.PreconditionFailed : error;
        await S3Xml.ReplyAsync(request.Http, "CopyObjectResult", xml =>
        {
            xml.Text("ETag", copy.Metadata.ETag);
            xml.Time("LastModified", copy.Metadata.LastModified);
        });
        return null;
    }

    /// <summary><c>x-amz-copy-source: /bucket/key</c>, percent-encoded, with or without its first slash.</summary>
    internal static Result<CopySource> ReadSource(S3Request request)
    {
        var text = request.Header("x-amz-copy-source") ?? "";
        var mark = text.IndexOf('?', StringComparison.Ordinal);
        if (mark >= 0 && text[mark..] is not "?versionId=null") return S3Errors.NotImplemented("A copy of a version");
        var path = UriText.Decode(mark < 0 ? text : text[..mark])?.TrimStart('/');
        return path?.Split('/', 2) is [{ Length: > 0 } bucket, { Length: > 0 } key]
            ? new CopySource(bucket, key)
            : S3Errors.InvalidArgument("x-amz-copy-source must be bucket/key, percent-encoded");
    }

    /// <summary>The conditions that a copy sets on its source.</summary>
    internal static ApiError? RefuseSource(S3Request request, ObjectMetadata metadata)
    {
        string Condition(string name) => request.Header("x-amz-copy-source-" + name) ?? "";
        return Preconditions.Fail(Condition("if-match"), Condition("if-unmodified-since"), metadata)
            || Preconditions.IsUnchanged(Condition("if-none-match"), Condition("if-modified-since"), metadata) ? StorageErrors.PreconditionFailed : null;
    }
}

/// <summary>What is to be copied.</summary>
internal sealed record CopySource(string Bucket, string Key);
