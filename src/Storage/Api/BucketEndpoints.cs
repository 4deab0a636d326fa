using System.Globalization;
using System.Text.Json;
using Hedgerow.Postgres;
using Hedgerow.Storage.Objects;

namespace Hedgerow.Storage.Api;

/// <summary><c>/storage/v1/bucket</c>.</summary>
public sealed class BucketEndpoints(Buckets buckets, ObjectRemover remover, StorageOptions options)
{
    public async Task<ApiError?> CreateAsync(StorageRequest request, CancellationToken cancellation)
    {
        if (!(await request.JsonAsync(cancellation)).Ok(out var body, out var error)) return error;
        if (!body.Required("name", out var name, out error) || !body.Text("id", out var id, out error) || !body.OneOf("type", ["STANDARD", "ANALYTICS"], out var type, out error)) return error;
        if (Names.RefuseBucket(name) is { } badName) return badName;
        if (id is not null && Names.RefuseBucket(id) is { } badId) return badId;
        if (type is not null and not "STANDARD") return StorageErrors.NotEnabled($"{type} buckets");
        if (!ReadChange(body).Ok(out var change, out error)) return error;
        if (await buckets.CreateAsync(request.Session, id ?? name, name, change, cancellation) is { } refusal) return refusal;
        await StorageRoute.ReplyAsync(request.Http, json =>
        {
            json.WriteStartObject();
            json.WriteString("name", name);
            json.WriteEndObject();
        });
        return null;
    }

    public async Task<ApiError?> GetAsync(StorageRequest request, CancellationToken cancellation)
    {
        if (!(await buckets.FindAsync(request.Session, request.Bucket, cancellation)).Ok(out var bucket, out var error)) return error;
        await StorageRoute.ReplyAsync(request.Http, json => Write(json, bucket));
        return null;
    }

    public async Task<ApiError?> ListAsync(StorageRequest request, CancellationToken cancellation)
    {
        if (!Whole(request, "limit", 1, out var limit, out var error) || !Whole(request, "offset", 0, out var offset, out error)) return error;
        if (request.Query("sortColumn") is { } column && !Buckets.SortColumns.Contains(column))
            return StorageErrors.Invalid($"querystring/sortColumn must be equal to one of the allowed values: {string.Join(", ", Buckets.SortColumns)}");
        if (request.Query("sortOrder") is not (null or "asc" or "desc")) return StorageErrors.Invalid("querystring/sortOrder must be equal to one of the allowed values: asc, desc");
        var query = new BucketQuery(limit, offset, request.Query("search"), request.Query("sortColumn"), request.Query("sortOrder") == "desc");
        var list = await buckets.ListAsync(request.Session, query, cancellation);
        await StorageRoute.ReplyAsync(request.Http, json =>
        {
            json.WriteStartArray();
            foreach (var bucket in list) Write(json, bucket);
            json.WriteEndArray();
        });
        return null;
    }

    public async Task<ApiError?> UpdateAsync(StorageRequest request, CancellationToken cancellation)
    {
        if (Names.RefuseBucket(request.Bucket) is { } badName) return badName;
        if (!(await request.JsonAsync(cancellation)).Ok(out var body, out var error)) return error;
        if (!ReadChange(body).Ok(out var change, out error)) return error;
        if (await buckets.UpdateAsync(request.Session, request.Bucket, change, cancellation) is { } refusal) return refusal;
        await StorageRoute.ReplyAsync(request.Http, "Successfully updated");
        return null;
    }

    /// <summary>Supabase queues it and says so; here it is done when the answer comes.</summary>
    public async Task<ApiError?> EmptyAsync(StorageRequest request, CancellationToken cancellation)
    {
        if (!(await buckets.FindAsync(request.Session, request.Bucket, cancellation)).Ok(out _, out var error)) return error;
        if (!(await remover.RemoveBelowAsync(request.Session, request.Bucket, "", cancellation)).Ok(out _, out error)) return error;
        await StorageRoute.ReplyAsync(request.Http, "Empty bucket has been queued. Completion may take up to an hour.");
        return null;
    }

    public async Task<ApiError?> DeleteAsync(StorageRequest request, CancellationToken cancellation)
    {
        if (await buckets.DeleteAsync(request.Session, request.Bucket, cancellation) is { } refusal) return refusal;
        await StorageRoute.ReplyAsync(request.Http, "Successfully deleted");
        return null;
    }

    /// <summary>What a Supabase server answers that keeps no old versions.</summary>
    public Task<ApiError?> LifecycleAsync(StorageRequest request, CancellationToken cancellation) => Task.FromResult<ApiError?>(StorageErrors.NoLifecycles);

    private Result<BucketChange> ReadChange(JsonElement body)
    {
        if (!body.Boolean("public", out var isPublic, out var error)) return error;
        if (!body.OneOf("versioning_status", ["DISABLED", "ENABLED", "SUSPENDED"], out var versioning, out error)) return error;
        if (versioning is "ENABLED") return StorageErrors.NoVersions;
        if (!body.Texts("allowed_mime_types", out var types, out error)) return error;
        if (types is { } named)
        {
            if (!MimeTypes.List(named.RemoveAll(type => type.Length == 0)).Ok(out var list, out error)) return error;
            types = list;
        }
        if (!ReadSize(body).Ok(out var size, out error)) return error;
        return new BucketChange(isPublic, size.Bytes, IsNull(body, "file_size_limit"), types, IsNull(body, "allowed_mime_types"));
    }

    private Result<SizeLimit> ReadSize(JsonElement body)
    {
        if (body.Member("file_size_limit") is not { ValueKind: not JsonValueKind.Null } value) return new SizeLimit(null);
        var bytes = value.ValueKind switch
        {
            JsonValueKind.Number when value.TryGetInt64(out var number) && number >= 0 => number,
            // Digits alone are bytes, as the validator of Supabase's server reads them.
            JsonValueKind.String => long.TryParse(value.GetString(), NumberStyles.None, CultureInfo.InvariantCulture, out var plain) ? plain : FileSize.Parse(value.GetString()!),
            _ => (long?)null,
        };
        if (bytes is not { } limit) return StorageErrors.InvalidFileSize;
        return limit > options.FileSizeLimit ? StorageErrors.TooLarge : new SizeLimit(limit);
    }

    private sealed record SizeLimit(long? Bytes);

    private static bool IsNull(JsonElement body, string name) => body.Member(name) is { ValueKind: JsonValueKind.Null };

    private static bool Whole(StorageRequest request, string name, int least, out int? number, out ApiError? error)
    {
        (number, error) = (null, null);
        if (request.Query(name) is not { } text) return true;
        if (!int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)) error = StorageErrors.Invalid($"querystring/{name} must be integer");
        else if (value < least) error = StorageErrors.Invalid($"querystring/{name} must be >= {least}");
        else number = value;
        return error is null;
    }

    private static void Write(Utf8JsonWriter json, BucketRow bucket)
    {
        json.WriteStartObject();
        json.WriteString("id", bucket.Id);
        json.WriteString("name", bucket.Name);
        json.WriteString("owner", bucket.Owner ?? "");
        json.WriteBoolean("public", bucket.Public);
        json.WriteString("type", "STANDARD");
        if (bucket.FileSizeLimit is { } limit) json.WriteNumber("file_size_limit", limit);
        else json.WriteNull("file_size_limit");
        if (bucket.AllowedMimeTypes is { } types)
        {
            json.WriteStartArray("allowed_mime_types");
            foreach (var type in types) json.WriteStringValue(type);
            json.WriteEndArray();
        }
        else
        {
            json.WriteNull("allowed_mime_types");
        }
        json.WriteString("created_at", ObjectMetadata.Timestamp(bucket.CreatedAt));
        json.WriteString("updated_at", ObjectMetadata.Timestamp(bucket.UpdatedAt));
        json.WriteEndObject();
    }
}
