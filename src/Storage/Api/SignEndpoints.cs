using System.Text.Json;
using Hedgerow.Postgres;
using Hedgerow.Storage.Images;
using Hedgerow.Storage.Objects;

namespace Hedgerow.Storage.Api;

/// <summary>Signs URLs: the caller's policies are asked now, and not again when the URL is used.</summary>
public sealed class SignEndpoints(ObjectReader reader, ObjectWriter writer, SignedUrls urls, StorageOptions options)
{
    private const int MaxPaths = 1000;

    /// <summary><c>POST /object/sign/{bucket}/{name}</c>.</summary>
    public async Task<ApiError?> SignAsync(StorageRequest request, CancellationToken cancellation)
    {
        if (!(await request.JsonAsync(cancellation)).Ok(out var body, out var error)) return error;
        if (!Seconds(body).Ok(out var lifetime, out error) || !Transformation.Of(body).Ok(out var transformation, out error)
            || !body.Text("versionId", out var version, out error)) return error;
        if (version is not null) return StorageErrors.NoVersions;
        if (!(await reader.FindAsCallerAsync(request.Session, request.Bucket, request.Name, cancellation)).Ok(out _, out error)) return error;
        // What the token says cannot be changed once it is signed: it opens the image as it is to be rendered, and nothing else.
        var token = urls.SignDownload(request.Bucket, request.Name, lifetime.Seconds, transformation.ToString());
        var url = $"/{(transformation.IsEmpty ? "object" : "render/image")}/sign/{request.Bucket}/{request.Name}?token={token}";
        await StorageRoute.ReplyAsync(request.Http, json =>
        {
            json.WriteStartObject();
            json.WriteString("signedURL", url);
            json.WriteEndObject();
        });
        return null;
    }

    /// <summary><c>POST /object/sign/{bucket}</c>: many at once; what cannot be signed says so in its place.</summary>
    public async Task<ApiError?> SignManyAsync(StorageRequest request, CancellationToken cancellation)
    {
        if (!(await request.JsonAsync(cancellation)).Ok(out var body, out var error)) return error;
        if (!Seconds(body).Ok(out var lifetime, out error) || !body.Texts("paths", out var paths, out error)) return error;
        if (paths is not { } list) return StorageErrors.Invalid("body must have required property 'paths'");
        if (list.IsEmpty) return StorageErrors.Invalid("body/paths must NOT have fewer than 1 items");
        if (list.Length > MaxPaths) return StorageErrors.Invalid($"body/paths must NOT have more than {MaxPaths} items");
        if (Names.RefuseBucket(request.Bucket) is { } badBucket) return badBucket;
        // What is no name is no object's.
        var found = await reader.FindNamesAsync(request.Session, request.Bucket, list.Where(path => Names.RefuseObject(path) is null), cancellation);
        await StorageRoute.ReplyAsync(request.Http, json =>
        {
            json.WriteStartArray();
            foreach (var path in list) Write(json, request.Bucket, path, found.Contains(path), lifetime.Seconds);
            json.WriteEndArray();
        });
        return null;
    }

    /// <summary><c>POST /object/upload/sign/{bucket}/{name}</c>.</summary>
    public async Task<ApiError?> SignUploadAsync(StorageRequest request, CancellationToken cancellation)
    {
        var (session, bucket, name) = (request.Session, request.Bucket, request.Name);
        // What comes is not known yet: type and size are held against the bucket when it does.
        if (await writer.RefuseAsync(session, bucket, name, request.IsUpsert, cancellation) is { } refusal) return refusal;
        var token = urls.SignUpload(bucket, name, options.UploadSignedUrlExpiry, session.Owner, request.IsUpsert);
        await StorageRoute.ReplyAsync(request.Http, json =>
        {
            json.WriteStartObject();
            json.WriteString("url", $"/object/upload/sign/{bucket}/{name}?token={token}");
            json.WriteString("token", token);
            json.WriteEndObject();
        });
        return null;
    }

    private void Write(Utf8JsonWriter json, string bucket, string path, bool isFound, long seconds)
    {
        json.WriteStartObject();
        json.WriteString("error", isFound ? null : "Either the object does not exist or you do not have access to it");
        json.WriteString("path", path);
        json.WriteString("signedURL", isFound ? $"/object/sign/{bucket}/{path}?token={urls.SignDownload(bucket, path, seconds)}" : null);
        json.WriteEndObject();
    }

    private sealed record Lifetime(long Seconds);

    private static Result<Lifetime> Seconds(JsonElement body)
    {
        if (!body.Integer("expiresIn", 1, out var seconds, out var error)) return error;
        return seconds is { } lifetime ? new Lifetime(lifetime) : StorageErrors.Invalid("body must have required property 'expiresIn'");
    }
}
