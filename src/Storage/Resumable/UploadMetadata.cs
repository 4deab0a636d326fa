using System.Text;
using Hedgerow.Postgres;
using Hedgerow.Storage.Api;
using Hedgerow.Storage.Objects;

namespace Hedgerow.Storage.Resumable;

/// <summary>What Upload-Metadata says (TUS, Creation), under Supabase's keys: bucketName, objectName, contentType, cacheControl, metadata.</summary>
internal static class UploadMetadata
{
    /// <param name="length">Bytes in the whole; null: not known yet.</param>
    public static Result<UploadIntent> Read(string? header, bool replaces, string? owner, long? length)
    {
        var pairs = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in (header ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var space = pair.IndexOf(' ', StringComparison.Ordinal);
            var key = space < 0 ? pair : pair[..space];
            // What comes here goes out again, as a header.
            if (key.AsSpan().ContainsAnyExceptInRange('!', '~') || Decode(space < 0 ? "" : pair[(space + 1)..]) is not { } value || !pairs.TryAdd(key, value))
                return TusErrors.InvalidMetadata;
        }
        if (!pairs.TryGetValue("bucketName", out var bucket) || !pairs.TryGetValue("objectName", out var name)) return TusErrors.NoName;
        return new UploadIntent(
            bucket, name, replaces, owner, pairs.GetValueOrDefault("contentType") is { Length: > 0 } type ? type : "application/octet-stream",
            pairs.GetValueOrDefault("cacheControl") is { Length: > 0 } seconds && !seconds.AsSpan().ContainsAnyExceptInRange('0', '9') ? $"max-age={seconds}" : "no-cache",
            null, length, UploadBody.JsonObject(pairs.GetValueOrDefault("metadata")));
    }

    private static string? Decode(string base64)
    {
        var bytes = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, bytes, out var length) ? Encoding.UTF8.GetString(bytes, 0, length) : null;
    }
}
