using Hedgerow.Postgres;
using Hedgerow.Storage.S3Protocol.Calls;
using Microsoft.AspNetCore.Http;

namespace Hedgerow.Storage.S3Protocol;

/// <summary>A call and its name for <c>storage.operation()</c> (supabase/storage, src/http/routes/operations.ts).</summary>
public sealed record S3Call(string Operation, S3Handler Handler);

/// <summary>Which call a request is: S3 tells them apart by method, by how deep the path goes, and by names in the query.</summary>
public sealed class S3Calls(BucketCalls buckets, ListCalls lists, ReadCalls reads, WriteCalls writes, DeleteCalls deletes, CopyCalls copies, PartCalls parts, UploadCalls uploads)
{
    /// <summary>Names in a query that make a call another one. What is not served must not be taken for the call without them.</summary>
    private static readonly HashSet<string> s_subresources = new(StringComparer.Ordinal)
    {
        "accelerate", "acl", "analytics", "append", "attributes", "cors", "encryption", "intelligent-tiering", "inventory", "legal-hold", "lifecycle",
        "logging", "metrics", "notification", "object-lock", "ownershipControls", "policy", "policyStatus", "publicAccessBlock", "replication",
        "requestPayment", "restore", "retention", "select", "session", "tagging", "torrent", "versions", "website", "rename", "abac", "metadataTable",
        "location", "versioning", "uploads", "delete", "uploadId", "partNumber", "versionId", "list-type",
    };

    public Result<S3Call> Find(HttpRequest request, S3Target target)
    {
        // The version of what has no versions (DeleteObject after ListObjectVersions): the object itself.
        var asked = target.Query.Where(pair => pair is not { Key: "versionId", Value: "null" }).Select(pair => pair.Key).Where(s_subresources.Contains).Order(StringComparer.Ordinal).ToArray();
        var isCopy = request.Headers.ContainsKey("x-amz-copy-source");
        S3Call? call = (request.Method, target.Bucket.Length > 0, target.Key.Length > 0, asked) switch
        {
            ("GET", false, _, []) => new("storage.s3.bucket.list", buckets.ListAsync),

            ("PUT", true, false, []) => new("storage.s3.bucket.create", buckets.CreateAsync),
            ("HEAD", true, false, []) => new("storage.s3.bucket.head", buckets.HeadAsync),
            ("DELETE", true, false, []) => new("storage.s3.bucket.delete", buckets.DeleteAsync),
            ("GET", true, false, ["location"]) => new("storage.s3.bucket.get_location", buckets.LocationAsync),
            ("GET", true, false, ["versioning"]) => new("storage.s3.bucket.get_versioning", buckets.VersioningAsync),
            ("GET", true, false, ["lifecycle"]) => new("storage.s3.bucket.get_lifecycle", buckets.LifecycleAsync),
            ("PUT", true, false, ["lifecycle"]) => new("storage.s3.bucket.put_lifecycle", buckets.LifecycleAsync),
            ("DELETE", true, false, ["lifecycle"]) => new("storage.s3.bucket.delete_lifecycle", buckets.LifecycleAsync),
            ("GET", true, false, []) => new("storage.s3.object.list", lists.ListV1Async),
            ("GET", true, false, ["list-type"]) when target["list-type"] == "2" => new("storage.s3.object.list", lists.ListV2Async),
            ("GET", true, false, ["versions"]) => new("storage.s3.object.list", lists.ListVersionsAsync),
            ("GET", true, false, ["uploads"]) => new("storage.s3.upload.list_multipart", uploads.ListAsync),
            ("POST", true, false, ["delete"]) => new("storage.s3.object.delete_many", deletes.DeleteManyAsync),

            ("GET", true, true, []) => new("storage.s3.object.get", reads.GetAsync),
            ("HEAD", true, true, []) => new("storage.s3.object.info", reads.GetAsync),
            ("GET", true, true, ["partNumber"]) => new("storage.s3.object.get", reads.GetPartAsync),
            ("HEAD", true, true, ["partNumber"]) => new("storage.s3.object.info", reads.GetPartAsync),
            ("GET", true, true, ["attributes"]) => new("storage.s3.object.info", reads.AttributesAsync),
            ("GET", true, true, ["tagging"]) => new("storage.s3.object.get_tagging", reads.TaggingAsync),
            ("PUT", true, true, []) => isCopy ? new("storage.s3.object.copy", copies.CopyAsync) : new("storage.s3.upload", writes.PutAsync),
            ("DELETE", true, true, []) => new("storage.s3.object.delete", deletes.DeleteAsync),

            ("POST", true, true, ["uploads"]) => new("storage.s3.upload.create_multipart", uploads.CreateAsync),
            ("PUT", true, true, ["partNumber", "uploadId"]) => isCopy ? new("storage.s3.upload.part_copy", parts.CopyAsync) : new("storage.s3.upload.part", parts.PutAsync),
            ("POST", true, true, ["uploadId"]) => new("storage.s3.upload.complete_multipart", uploads.CompleteAsync),
            ("DELETE", true, true, ["uploadId"]) => new("storage.s3.upload.abort_multipart", uploads.AbortAsync),
            ("GET", true, true, ["uploadId"]) => new("storage.s3.upload.list_parts", parts.ListAsync),
            _ => null,
        };
        if (call is not null) return call;
        return asked.Length > 0 ? S3Errors.NotImplemented($"{request.Method} with ?{string.Join('&', asked)}") : S3Errors.BadMethod;
    }
}
