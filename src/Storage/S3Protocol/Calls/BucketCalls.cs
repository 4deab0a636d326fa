using Hedgerow.Postgres;
using Hedgerow.Storage.Objects;

namespace Hedgerow.Storage.S3Protocol.Calls;

/// <summary>Buckets, under the caller's policies on <c>storage.buckets</c>.</summary>
public sealed class BucketCalls(Buckets buckets, StorageOptions options)
{
    private const int MaxListed = 10_000;

    /// <summary>ListBuckets: those that the caller sees, in byte order.</summary>
    public async Task<ApiError?> ListAsync(S3Request request, CancellationToken cancellation)
    {
        if (!request.Number("max-buckets", MaxListed, 1, MaxListed, out var limit, out var error)) return error;
        var (prefix, after) = (request.Query("prefix") ?? "", "");
        if (request.Query("continuation-token") is { } token && !ContinuationToken.TryRead(token, out after)) return S3Errors.BadToken;
        var all = await buckets.ListAsync(request.Session, new BucketQuery(null, null, null, "name", Descending: false), cancellation);
        var found = all.Where(bucket => bucket.Id.StartsWith(prefix, StringComparison.Ordinal) && string.CompareOrdinal(bucket.Id, after) > 0)
            .OrderBy(bucket => bucket.Id, StringComparer.Ordinal).Take(limit + 1).ToList();
        var hasMore = found.Count > limit;
        var list = hasMore ? found[..limit] : found;
        await S3Xml.ReplyAsync(request.Http, "ListAllMyBucketsResult", xml =>
        {
            xml.WriteStartElement("Owner");
            xml.Text("ID", request.Session.Owner ?? request.Session.Caller.Role);
            xml.WriteEndElement();
            xml.WriteStartElement("Buckets");
            foreach (var bucket in list)
            {
                xml.WriteStartElement("Bucket");
                xml.Text("Name", bucket.Id);
                xml.Time("CreationDate", bucket.CreatedAt);
                xml.WriteEndElement();
            }
            xml.WriteEndElement();
            if (prefix.Length > 0) xml.Text("Prefix", prefix);
            if (hasMore) xml.Text("ContinuationToken", ContinuationToken.Of(list[^1].Id));
        });
        return null;
    }

    /// <summary>CreateBucket. The ACL <c>public-read</c> makes it a public one; a location is read over, there is but one.</summary>
    public async Task<ApiError?> CreateAsync(S3Request request, CancellationToken cancellation)
    {
        var acl = request.Header("x-amz-acl") ?? "private";
        if (acl is not ("private" or "public-read")) return S3Errors.NoAcls;
        if (request.Http.Request.ContentLength is > 0 || request.Http.Request.Headers.TransferEncoding.Count > 0)
        {
            if (!(await S3Xml.ReadAsync(request, "CreateBucketConfiguration", cancellation)).Ok(out _, out var error)) return error;
        }
        var change = new BucketChange(acl == "public-read", null, ClearsSizeLimit: false, null, ClearsMimeTypes: false);
        if (await buckets.CreateAsync(request.Session, request.Bucket, request.Bucket, change, cancellation) is { } refusal) return refusal;
        request.Response.Headers.Location = $"/{request.Bucket}";
        return null;
    }

    public async Task<ApiError?> HeadAsync(S3Request request, CancellationToken cancellation)
    {
        if (!(await buckets.FindAsync(request.Session, request.Bucket, cancellation)).Ok(out _, out var error)) return error;
        request.Response.Headers["x-amz-bucket-region"] = options.Region;
        return null;
    }

    public async Task<ApiError?> DeleteAsync(S3Request request, CancellationToken cancellation)
    {
        if (await buckets.DeleteAsync(request.Session, request.Bucket, cancellation) is { } refusal) return refusal;
        request.Response.StatusCode = 204;
        return null;
    }

    /// <summary>GetBucketLocation. S3's first region has no name here.</summary>
    public async Task<ApiError?> LocationAsync(S3Request request, CancellationToken cancellation)
    {
        if (!(await buckets.FindAsync(request.Session, request.Bucket, cancellation)).Ok(out _, out var error)) return error;
        await S3Xml.ReplyAsync(request.Http, "LocationConstraint", xml => xml.WriteString(options.Region == "us-east-1" ? "" : options.Region));
        return null;
    }

    /// <summary>GetBucketLifecycleConfiguration and those that change it: none, in Supabase's words.</summary>
    public Task<ApiError?> LifecycleAsync(S3Request request, CancellationToken cancellation) => Task.FromResult<ApiError?>(StorageErrors.NoLifecycles);

    /// <summary>GetBucketVersioning: none, in Supabase's words.</summary>
    public async Task<ApiError?> VersioningAsync(S3Request request, CancellationToken cancellation)
    {
        if (!(await buckets.FindAsync(request.Session, request.Bucket, cancellation)).Ok(out _, out var error)) return error;
        await S3Xml.ReplyAsync(request.Http, "VersioningConfiguration", xml =>
        {
            xml.Text("Status", "Suspended");
            xml.Text("MfaDelete", "Disabled");
        });
        return null;
    }
}
