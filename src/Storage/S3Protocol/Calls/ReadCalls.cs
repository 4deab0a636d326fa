using System.Buffers;
using System.Text.Json;
using Hedgerow.Postgres;
using Hedgerow.Storage.Api;
using Hedgerow.Storage.Objects;
using Microsoft.AspNetCore.Http;

namespace Hedgerow.Storage.S3Protocol.Calls;

/// <summary>GetObject, HeadObject and GetObjectAttributes.</summary>
public sealed class ReadCalls(ObjectReader reader, ObjectResponse response)
{
    private static readonly (string Parameter, string Header)[] s_overrides =
    [
        ("response-content-type", "Content-Type"), ("response-content-disposition", "Content-Disposition"), ("response-content-encoding", "Content-Encoding"),
        ("response-content-language", "Content-Language"), ("response-cache-control", "Cache-Control"), ("response-expires", "Expires"),
    ];

    private static readonly SearchValues<char> s_token = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-.^_`|~");

    public async Task<ApiError?> GetAsync(S3Request request, CancellationToken cancellation)
    {
        foreach (var (parameter, _) in s_overrides)
            if (request.Query(parameter) is { } value && ObjectResponse.Printable(value) != value) return S3Errors.InvalidArgument($"{parameter} must be printable ASCII");
        Task<Result<ObjectRow>> Find() => reader.FindAsync(request.Session, request.Bucket, request.Key, cancellation);
        if (!(await Find()).Ok(out var row, out var error)) return error;
        return await response.WriteAsync(request.Http, row, Find, (answer, found) => SetHeaders(request, answer, found), cancellation);
    }

    /// <summary>
    /// GetObject and HeadObject of a part: what parts an object was put together of is forgotten, and it is its own only one. Clients that download part by
    /// part ask for the first one to learn how many there are.
    /// </summary>
    public Task<ApiError?> GetPartAsync(S3Request request, CancellationToken cancellation) =>
        request.Query("partNumber") == "1" ? GetAsync(request, cancellation) : Task.FromResult<ApiError?>(S3Errors.NoSuchPart);

    /// <summary>GetObjectAttributes: those that are asked for and known.</summary>
    public async Task<ApiError?> AttributesAsync(S3Request request, CancellationToken cancellation)
    {
        if (request.Header("x-amz-object-attributes") is not { } asked) return S3Errors.InvalidArgument("x-amz-object-attributes must name attributes");
        if (!(await reader.FindAsync(request.Session, request.Bucket, request.Key, cancellation)).Ok(out var row, out var error)) return error;
        var names = asked.Split(',', StringSplitOptions.TrimEntries);
        request.Response.Headers.LastModified = row.Metadata.LastModified.ToString("R", System.Globalization.CultureInfo.InvariantCulture);
        await S3Xml.ReplyAsync(request.Http, "GetObjectAttributesResponse", xml =>
        {
            if (names.Contains("ETag")) xml.Text("ETag", row.Metadata.ETag.Trim('"'));
            if (names.Contains("StorageClass")) xml.Text("StorageClass", "STANDARD");
            if (names.Contains("ObjectSize")) xml.Number("ObjectSize", row.Metadata.Size);
        });
        return null;
    }

    /// <summary>GetObjectTagging: there are no tags, in Supabase's words; tools ask before they copy.</summary>
    public async Task<ApiError?> TaggingAsync(S3Request request, CancellationToken cancellation)
    {
        if (!(await reader.FindAsync(request.Session, request.Bucket, request.Key, cancellation)).Ok(out _, out var error)) return error;
        await S3Xml.ReplyAsync(request.Http, "Tagging", xml =>
        {
            xml.WriteStartElement("TagSet");
            xml.WriteEndElement();
        });
        return null;
    }

    private static void SetHeaders(S3Request request, HttpResponse answer, ObjectRow row)
    {
        ObjectResponse.SetHeaders(answer, row.Metadata, download: null, expires: null);
        // S3's clients take back what they stored, hypertext too; a browser that follows a presigned URL must still not run it.
        answer.Headers.ContentType = ObjectResponse.Printable(row.Metadata.MimeType);
        WriteMetadata(answer.Headers, row.UserMetadata);
        foreach (var (parameter, header) in s_overrides)
            if (request.Query(parameter) is { } value) answer.Headers[header] = value;
        var type = answer.Headers.ContentType.ToString();
        if (ObjectResponse.IsScriptable(type) || type.Contains("html", StringComparison.OrdinalIgnoreCase)) answer.Headers.ContentSecurityPolicy = ObjectResponse.Sandbox;
    }

    /// <summary>What is no header (it was written by the REST API, or by SQL) is counted instead, as S3 does.</summary>
    private static void WriteMetadata(IHeaderDictionary headers, string? userMetadata)
    {
        if (userMetadata is null) return;
        using var document = JsonDocument.Parse(userMetadata);
        if (document.RootElement.ValueKind != JsonValueKind.Object) return;
        var missing = 0;
        foreach (var member in document.RootElement.EnumerateObject())
        {
            var name = member.Name.ToLowerInvariant();
            if (name.Length > 0 && !name.AsSpan().ContainsAnyExcept(s_token) && member.Value.ValueKind == JsonValueKind.String
                && member.Value.GetString() is { } value && ObjectResponse.Printable(value) == value) headers["x-amz-meta-" + name] = value;
            else missing++;
        }
        if (missing > 0) headers["x-amz-missing-meta"] = missing.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }
}
