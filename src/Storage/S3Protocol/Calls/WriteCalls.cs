using Hedgerow.Postgres;
using Hedgerow.Storage.Objects;

namespace Hedgerow.Storage.S3Protocol.Calls;

/// <summary>PutObject.</summary>
public sealed class WriteCalls(ObjectWriter writer)
{
    public async Task<ApiError?> PutAsync(S3Request request, CancellationToken cancellation)
    {
        if (!UploadHead.Read(request).Ok(out var head, out var error) || !UploadHead.ReadReplacement(request).Ok(out var place, out error)) return error;
        if (!request.Payload().Ok(out var payload, out error)) return error;
        await using (payload)
        {
            // As in Supabase: an empty object with a folder's name is that folder's marker.
            var name = request.Key.EndsWith('/') && payload.Length == 0 ? request.Key + ".emptyFolderPlaceholder" : request.Key;
            if (!(await writer.AuthoriseAsync(request.Session, head.Into(request, name, place.Replaces, payload.Length), isTrusted: false, cancellation)).Ok(out var permit, out error))
                return Conditional(error, place);
            var condition = place.ETag is { } etag ? StorageDatabase.Statement("select hedgerow.hold_object($1, $2, $3)", request.Bucket, name, etag) : null;
            // S3's tag of what came in one piece is its MD5, whatever its size; its clients hold that against their files.
            if (!(await writer.StoreAsync(request.Session, permit, payload.Data, payload.Length, cancellation, condition, tagsByMd5: true)).Ok(out var recorded, out error))
                return Conditional(error, place);
            request.Response.Headers.ETag = recorded.Metadata.ETag;
            foreach (var (header, checksum) in payload.Checksums) request.Response.Headers[header] = checksum;
        }
        return null;
    }

    /// <summary>That there is an object already is what <c>If-None-Match: *</c> asked about.</summary>
    private static ApiError Conditional(ApiError error, Replacement place) => !place.Replaces && error.Code == "KeyAlreadyExists" ? StorageErrors.PreconditionFailed : error;
}
