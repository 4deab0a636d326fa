using System.Text.Json;
using Hedgerow.Postgres;
using Hedgerow.Storage.Objects;

namespace Hedgerow.Storage.Api;

/// <summary>Moves, copies and removes objects.</summary>
public sealed class ObjectEndpoints(ObjectMover mover, ObjectRemover remover)
{
    private const int MaxRemoved = 1000;

    /// <summary><c>POST /object/move</c>.</summary>
    public async Task<ApiError?> MoveAsync(StorageRequest request, CancellationToken cancellation)
    {
        if (!(await request.JsonAsync(cancellation)).Ok(out var body, out var error)) return error;
        if (!ReadTransfer(body).Ok(out var transfer, out error)) return error;
        if (!(await mover.MoveAsync(request.Session, transfer, cancellation)).Ok(out var moved, out error)) return error;
        await StorageRoute.ReplyAsync(request.Http, json =>
        {
            json.WriteStartObject();
            json.WriteString("message", "Successfully moved");
            json.WriteString("Id", moved.Id);
            json.WriteString("Key", moved.Name);
            json.WriteEndObject();
        });
        return null;
    }

    /// <summary><c>POST /object/copy</c>.</summary>
    public async Task<ApiError?> CopyAsync(StorageRequest request, CancellationToken cancellation)
    {
        if (!(await request.JsonAsync(cancellation)).Ok(out var body, out var error)) return error;
        if (!ReadTransfer(body).Ok(out var transfer, out error) || !body.Boolean("copyMetadata", out var copies, out error)) return error;
        string? mimeType = null, cacheControl = null, encoding = null, own = null;
        if (request.Header("x-metadata") is { } header)
        {
            if (!UploadBody.MetadataOf(header).Ok(out var said, out error)) return error;
            own = said.Json;
        }
        if (copies is false && body.Member("metadata") is { ValueKind: JsonValueKind.Object } metadata
            && (!metadata.Text("mimetype", out mimeType, out error) || !metadata.Text("cacheControl", out cacheControl, out error)
                || !metadata.Text("contentEncoding", out encoding, out error))) return error;

        Result<UploadIntent> Intent(ObjectRow source) => new UploadIntent(
            transfer.TargetBucket, transfer.TargetName, request.IsUpsert, request.Session.Owner, mimeType ?? source.Metadata.MimeType,
            cacheControl ?? source.Metadata.CacheControl, encoding is null ? source.Metadata.ContentEncoding : UploadBody.Encoding(encoding), source.Metadata.Size,
            copies is false ? own : source.UserMetadata) { RobotsTag = source.Metadata.RobotsTag };

        if (!(await mover.CopyAsync(request.Session, transfer, Intent, cancellation)).Ok(out var copy, out error)) return error;
        await StorageRoute.ReplyAsync(request.Http, json =>
        {
            json.WriteStartObject();
            json.WriteString("Id", copy.Id);
            json.WriteString("Key", $"{copy.BucketId}/{copy.Name}");
            WriteMembers(json, copy);
            json.WriteEndObject();
        });
        return null;
    }

    /// <summary><c>DELETE /object/{bucket}/{name}</c>.</summary>
    public async Task<ApiError?> RemoveAsync(StorageRequest request, CancellationToken cancellation)
    {
        if ((Names.RefuseBucket(request.Bucket) ?? Names.RefuseObject(request.Name)) is { } badName) return badName;
        if (await remover.RemoveAsync(request.Session, request.Bucket, request.Name, cancellation) is { } refusal) return refusal;
        await StorageRoute.ReplyAsync(request.Http, "Successfully deleted");
        return null;
    }

    /// <summary>
    /// <c>DELETE /object/{bucket}</c>: the objects that <c>prefixes</c> names (Supabase's word for names), or all below the one that
    /// <c>prefix</c> names, which Supabase does not have.
    /// </summary>
    public async Task<ApiError?> RemoveManyAsync(StorageRequest request, CancellationToken cancellation)
    {
        if (!(await request.JsonAsync(cancellation)).Ok(out var body, out var error)) return error;
        if (Names.RefuseBucket(request.Bucket) is { } badBucket) return badBucket;
        if (body.Member("prefixes") is { ValueKind: JsonValueKind.Array } entries && entries.EnumerateArray().Any(entry => entry.Member("versionId") is not null)) return StorageErrors.NoVersions;
        if (!body.Text("prefix", out var prefix, out error) || !body.Texts("prefixes", out var names, out error)) return error;
        if (prefix is not null && names is null) return await RemoveBelowAsync(request, prefix, cancellation);
        if (names is not { } list) return StorageErrors.Invalid("body must have required property 'prefixes'");
        if (list.IsEmpty) return StorageErrors.Invalid("body/prefixes must NOT have fewer than 1 items");
        if (list.Length > MaxRemoved) return StorageErrors.Invalid($"Bulk object requests are limited to {MaxRemoved} objects per request.");

        // What is no name is no object's.
        string[] wanted = [.. list.Where(name => Names.RefuseObject(name) is null)];
        var removed = wanted.Length == 0 ? [] : await remover.RemoveAsync(request.Session, request.Bucket, wanted, cancellation);
        await StorageRoute.ReplyAsync(request.Http, json =>
        {
            json.WriteStartArray();
            foreach (var row in removed)
            {
                json.WriteStartObject();
                WriteMembers(json, row);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        });
        return null;
    }

    private async Task<ApiError?> RemoveBelowAsync(StorageRequest request, string prefix, CancellationToken cancellation)
    {
        // Everything is what emptying the bucket is for; here an empty text is more likely a mistake.
        if (prefix.Length == 0) return StorageErrors.Invalid("body/prefix must NOT have fewer than 1 characters");
        if (!(await remover.RemoveBelowAsync(request.Session, request.Bucket, prefix, cancellation)).Ok(out var removed, out var error)) return error;
        await StorageRoute.ReplyAsync(request.Http, json =>
        {
            json.WriteStartObject();
            json.WriteString("message", "Successfully deleted");
            json.WriteNumber("count", removed.Objects);
            json.WriteEndObject();
        });
        return null;
    }

    private static Result<Transfer> ReadTransfer(JsonElement body)
    {
        if (!body.Required("bucketId", out var bucket, out var error) || !body.Required("sourceKey", out var source, out error)
            || !body.Required("destinationKey", out var target, out error) || !body.Text("destinationBucket", out var targetBucket, out error)
            || !body.Text("sourceVersionId", out var version, out error)) return error;
        if (version is not null) return StorageErrors.NoVersions;
        return new Transfer(bucket, source, targetBucket ?? bucket, target);
    }

    private static void WriteMembers(Utf8JsonWriter json, ObjectRow row)
    {
        json.WriteString("id", row.Id);
        json.WriteString("name", row.Name);
        json.WriteString("bucket_id", row.BucketId);
        json.WriteString("owner", row.Owner);
        json.WriteString("owner_id", row.Owner);
        json.WriteString("version", row.Version);
        json.WriteString("created_at", ObjectMetadata.Timestamp(row.CreatedAt));
        json.WriteString("updated_at", ObjectMetadata.Timestamp(row.UpdatedAt));
        json.WriteString("last_accessed_at", ObjectMetadata.Timestamp(row.LastAccessedAt));
        json.WriteStartObject("metadata");
        row.Metadata.Write(json);
        json.WriteEndObject();
        json.WritePropertyName("user_metadata");
        json.WriteRawValue(row.UserMetadata ?? "null");
    }
}
