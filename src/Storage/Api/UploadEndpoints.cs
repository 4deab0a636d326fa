using System.Text.Json;
using Hedgerow.Postgres;
using Hedgerow.Storage.Objects;
using Microsoft.AspNetCore.Http.Features;

namespace Hedgerow.Storage.Api;

/// <summary>Uploads: <c>POST</c> and <c>PUT /object/{bucket}/{name}</c>, and those that a signed URL allows.</summary>
public sealed class UploadEndpoints(ObjectWriter writer, SignedUrls urls)
{
    /// <summary>A new object; with <c>x-upsert: true</c> also in place of an old one.</summary>
    public Task<ApiError?> PostAsync(StorageRequest request, CancellationToken cancellation) =>
        UploadAsync(request, request.Session, request.IsUpsert, request.Session.Owner, isTrusted: false, cancellation);

    /// <summary>In place of whatever is there.</summary>
    public Task<ApiError?> PutAsync(StorageRequest request, CancellationToken cancellation) =>
        UploadAsync(request, request.Session, replaces: true, request.Session.Owner, isTrusted: false, cancellation);

    /// <summary>With the token of a signed URL, which carries what was allowed and to whom.</summary>
    public async Task<ApiError?> PutSignedAsync(StorageRequest request, CancellationToken cancellation)
    {
        if (request.Query("token") is not { } token) return StorageErrors.NoToken;
        if (!urls.Read(token, SignedScope.Upload, request.Bucket, request.Name).Ok(out var signed, out var error)) return error;
        return await UploadAsync(request, request.AsService, signed.Upsert, signed.Owner, isTrusted: true, cancellation);
    }

    private async Task<ApiError?> UploadAsync(
        StorageRequest request, Session session, bool replaces, string? owner, bool isTrusted, CancellationToken cancellation)
    {
        // Names first: they cost nothing, and a form is read before the database is asked.
        if ((Names.RefuseBucket(request.Bucket) ?? Names.RefuseObject(request.Name)) is { } badName) return badName;
        // The bucket's limit holds, and stands in MeteredBody; the server's is for other rooms.
        if (request.Http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = null;

        if (!(await UploadBody.ReadAsync(request.Http.Request, cancellation)).Ok(out var body, out var error)) return error;
        var intent = body.Into(request.Bucket, request.Name, replaces, owner);
        if (!(await writer.AuthoriseAsync(session, intent, isTrusted, cancellation)).Ok(out var permit, out error)) return error;
        if (!(await writer.StoreAsync(session, permit, body.Content, body.Length, cancellation)).Ok(out var recorded, out error)) return error;
        await StorageRoute.ReplyAsync(request.Http, json => Write(json, intent, recorded));
        return null;
    }

    private static void Write(Utf8JsonWriter json, UploadIntent intent, Recorded recorded)
    {
        json.WriteStartObject();
        json.WriteString("Id", recorded.Id);
        json.WriteString("Key", $"{intent.Bucket}/{intent.Name}");
        json.WriteEndObject();
    }
}
