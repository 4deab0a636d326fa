using System.Net.Http.Headers;
using System.Net.Mime;
using System.Text.Json;
using Hedgerow.Postgres;
using Hedgerow.Storage.Objects;

namespace Hedgerow.Storage.Api;

/// <summary>
/// <c>DELETE /cdn[/{bucket}[/{name}]]</c>, storage-js' <c>purgeCache</c>: passes on to whatever caches in front of the platform
/// (<see cref="StorageOptions.CdnPurgeUrl"/>) what it is to forget, in the form that Supabase has for it. The platform itself caches nothing.
/// </summary>
public sealed class CacheEndpoints(StorageOptions options) : IDisposable
{
    // A self-hosted Supabase's only tenant.
    private const string Tenant = "stub";

    private readonly HttpClient _client = new() { Timeout = TimeSpan.FromSeconds(10) };

    public async Task<ApiError?> PurgeAsync(StorageRequest request, CancellationToken cancellation)
    {
        if (request.Session.Caller.Role != "service_role") return StorageErrors.AccessDenied("Only the service key may purge caches");
        if (request.Bucket.Length > 0 && Names.RefuseBucket(request.Bucket) is { } badBucket) return badBucket;
        if (request.Name.Length > 0 && Names.RefuseObject(request.Name) is { } badName) return badName;
        bool? onlyTransforms = request.Query("transformations") switch { null or "false" => false, "true" => true, _ => null };
        if (onlyTransforms is not { } transforms) return StorageErrors.Invalid("querystring/transformations must be boolean");
        if (options.CdnPurgeUrl.Length == 0) return StorageErrors.NoCdn;

        using var message = new HttpRequestMessage(HttpMethod.Post, $"{options.CdnPurgeUrl.TrimEnd('/')}/purge") { Content = Order(request, transforms) };
        if (options.CdnPurgeKey.Length > 0) message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", options.CdnPurgeKey);
        try
        {
            using var answer = await _client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellation);
            if (!answer.IsSuccessStatusCode) return StorageErrors.CdnFailed;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !cancellation.IsCancellationRequested)
        {
            return StorageErrors.CdnFailed;
        }
        await StorageRoute.ReplyAsync(request.Http, "success");
        return null;
    }

    public void Dispose() => _client.Dispose();

    private static ByteArrayContent Order(StorageRequest request, bool onlyTransforms)
    {
        var what = (request.Bucket, request.Name) switch { ({ Length: 0 }, _) => "tenant", (_, { Length: 0 }) => "bucket", _ => "object" };
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("type", onlyTransforms ? $"{what}-transforms" : what);
            json.WriteStartObject("tenant");
            json.WriteString("ref", Tenant);
            json.WriteEndObject();
            if (request.Bucket.Length > 0) json.WriteString("bucketId", request.Bucket);
            if (request.Name.Length > 0) json.WriteString("objectName", request.Name);
            json.WriteEndObject();
        }
        return new ByteArrayContent(buffer.ToArray()) { Headers = { ContentType = new MediaTypeHeaderValue(MediaTypeNames.Application.Json) } };
    }
}
