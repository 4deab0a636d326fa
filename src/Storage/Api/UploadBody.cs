using System.Text.Json;
using Hedgerow.Postgres;
using Hedgerow.Storage.Objects;
using Microsoft.AspNetCore.Http;

namespace Hedgerow.Storage.Api;

/// <summary>What an upload brings, its bytes still unread.</summary>
/// <param name="Length">Bytes in <paramref name="Content"/> where that is certain.</param>
/// <param name="DeclaredLength">Bytes at most, as the request's head says.</param>
/// <param name="UserMetadata">JSON.</param>
public sealed record UploadBody(
    Stream Content, long? Length, long? DeclaredLength, string MimeType, string CacheControl, string? ContentEncoding, string? UserMetadata)
{
    private const int MaxMetadataBytes = 1024 * 1024;
    private const int MaxFields = 10;

    /// <summary>Reads up to where the bytes begin: a form's fields in front of its file, or the head of a raw body.</summary>
    public static async Task<Result<UploadBody>> ReadAsync(HttpRequest request, CancellationToken cancellation)
    {
        var tag = request.Headers["X-Robots-Tag"].ToString() is { Length: > 0 } named ? named : null;
        if (tag is not null && Api.RobotsTag.Refuse(tag) is { } badTag) return badTag;
        return (await ReadUntaggedAsync(request, cancellation)).Ok(out var body, out var error) ? body with { RobotsTag = tag } : error;
    }

    private static async Task<Result<UploadBody>> ReadUntaggedAsync(HttpRequest request, CancellationToken cancellation) =>
        UploadForm.Is(request) ? await ReadFormAsync(request, cancellation) : ReadRaw(request);

    /// <summary>The head's <c>X-Robots-Tag</c>.</summary>
    public string? RobotsTag { get; private init; }

    /// <inheritdoc cref="UploadIntent.FormBytes"/>
    public long FormBytes { get; private init; }

    /// <summary>What is stored for it.</summary>
    public UploadIntent Into(string bucket, string name, bool replaces, string? owner) =>
        new(bucket, name, replaces, owner, MimeType, CacheControl, ContentEncoding, DeclaredLength, UserMetadata) { RobotsTag = RobotsTag, FormBytes = FormBytes };

    private static Result<UploadBody> ReadRaw(HttpRequest request)
    {
        string? metadata = null;
        if (request.Headers.TryGetValue("x-metadata", out var encoded))
        {
            if (!MetadataOf(encoded.ToString()).Ok(out var said, out var error)) return error;
            metadata = said.Json;
        }
        var contentType = request.ContentType is { Length: > 0 } named ? named : "application/octet-stream";
        var cacheControl = request.Headers.CacheControl.ToString() is { Length: > 0 } control ? control : "no-cache";
        return new UploadBody(
            request.Body, request.ContentLength, request.ContentLength, contentType, cacheControl, Encoding(request.Headers.ContentEncoding.ToString()), metadata);
    }

    private static async Task<Result<UploadBody>> ReadFormAsync(HttpRequest request, CancellationToken cancellation)
    {
        if (!(await UploadForm.ReadAsync(request, MaxFields, MaxMetadataBytes, cancellation)).Ok(out var form, out var error)) return error;
        string? cacheControl = null, contentType = null, encoding = null, metadata = null;
        foreach (var (name, value) in form.Fields)
        {
            switch (name)
            {
                case "cacheControl": cacheControl = value; break;
                case "contentType": contentType = value; break;
                case "contentEncoding": encoding = value; break;
                case "metadata": metadata = value; break;
                case "userMetadata": metadata ??= value; break;
            }
        }
        return new UploadBody(
            form.File, null, request.ContentLength, contentType ?? form.FileType ?? "application/octet-stream",
            cacheControl is { Length: > 0 } ? $"max-age={cacheControl}" : "no-cache", Encoding(encoding), JsonObject(metadata)) { FormBytes = form.OtherBytes };
    }

    /// <summary>As in Supabase, what is no JSON object is no metadata.</summary>
    internal static string? JsonObject(string? text)
    {
        if (string.IsNullOrEmpty(text) || text.Contains("\\u0000", StringComparison.Ordinal)) return null;
        try
        {
            using var document = UnicodeJson.Parse(text);
            return document.RootElement.ValueKind == JsonValueKind.Object ? text : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>What the header <c>x-metadata</c> says of an object.</summary>
    internal static Result<SaidMetadata> MetadataOf(string header) =>
        header.Length > MaxMetadataBytes * 4L / 3 ? StorageErrors.MetadataTooLarge : new SaidMetadata(JsonObject(FromBase64(header)));

    internal sealed record SaidMetadata(string? Json);

    private static string? FromBase64(string text)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length) ? System.Text.Encoding.UTF8.GetString(bytes, 0, length) : null;
    }

    /// <summary><c>aws-chunked</c> and <c>identity</c> describe a transfer, not what is stored.</summary>
    internal static string? Encoding(string? named) => named is null or "" or "identity" or "aws-chunked" ? null : named;
}
