using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Hedgerow.Storage.Objects;

/// <summary>What the platform knows of an object's bytes: <c>storage.objects.metadata</c>, with Supabase's names.</summary>
/// <param name="ETag">With its quotes, as HTTP has it.</param>
/// <param name="Size">Bytes.</param>
/// <param name="ContentEncoding">Of the stored bytes, such as <c>gzip</c>; null: none.</param>
/// <param name="RobotsTag">What its uploader would have search engines told; null: nothing.</param>
public sealed record ObjectMetadata(
    string ETag, long Size, string MimeType, string CacheControl, DateTimeOffset LastModified, string? ContentEncoding = null, string? RobotsTag = null)
{
    /// <summary>As the column holds it.</summary>
    public string ToJson() => Json(this, static (metadata, json) => metadata.Write(json));

    public void Write(Utf8JsonWriter json)
    {
        json.WriteString("eTag", ETag);
        json.WriteNumber("size", Size);
        json.WriteString("mimetype", MimeType);
        json.WriteString("cacheControl", CacheControl);
        json.WriteString("lastModified", Timestamp(LastModified));
        json.WriteNumber("contentLength", Size);
        json.WriteNumber("httpStatusCode", 200);
        if (ContentEncoding is not null) json.WriteString("contentEncoding", ContentEncoding);
        if (RobotsTag is not null) json.WriteString("xRobotsTag", RobotsTag);
    }

    /// <summary>Reads the column. What is missing, or no longer what it was (a row written by hand), gets a harmless value.</summary>
    public static ObjectMetadata Parse(string? text, DateTime updatedAt)
    {
        using var document = JsonDocument.Parse(text ?? "{}");
        var root = document.RootElement;
        return new ObjectMetadata(
            Text(root, "eTag") ?? "\"\"",
            Member(root, "size") is { ValueKind: JsonValueKind.Number } size && size.TryGetInt64(out var bytes) ? bytes : 0,
            Text(root, "mimetype") ?? "application/octet-stream",
            Text(root, "cacheControl") ?? "no-cache",
            DateTimeOffset.TryParse(Text(root, "lastModified"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var modified)
                ? modified : new DateTimeOffset(DateTime.SpecifyKind(updatedAt, DateTimeKind.Utc)),
            Text(root, "contentEncoding"),
            Text(root, "xRobotsTag"));
    }

    /// <summary>What a policy may ask about an upload before its bytes are there.</summary>
    public static string Announced(string mimeType, long? length) => Json((mimeType, length), static (announced, json) =>
    {
        json.WriteString("mimetype", announced.mimeType);
        if (announced.length is { } bytes) json.WriteNumber("contentLength", bytes);
    });

    /// <summary>JavaScript's form: milliseconds, UTC.</summary>
    public static string Timestamp(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static string Json<T>(T value, Action<T, Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            write(value, json);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static JsonElement? Member(JsonElement root, string name) =>
        root.ValueKind == JsonValueKind.Object && root.TryGetProperty(name, out var value) ? value : null;

    private static string? Text(JsonElement root, string name) => Member(root, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;
}
