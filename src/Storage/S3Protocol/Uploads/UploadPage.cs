using Hedgerow.Storage.Objects;

namespace Hedgerow.Storage.S3Protocol.Uploads;

/// <summary>A page of uploads, those below a folder as one entry.</summary>
/// <param name="delimiter">What ends a folder's name; null: there are no folders.</param>
internal sealed class UploadPage(MultipartUploads uploads, Session session, string bucket, string prefix, string? delimiter)
{
    public async Task<(IReadOnlyList<UploadEntry> Entries, bool HasMore)> ReadAsync((string Key, string Id) after, int limit, CancellationToken cancellation)
    {
        var entries = new List<UploadEntry>();
        if (limit == 0) return (entries, false);
        if (FolderOf(after.Key) is { } given && given == after.Key) after = Behind(given);
        while (true)
        {
            var found = await uploads.ListAsync(session, bucket, prefix, after, limit + 1, cancellation);
            string? folder = null;
            foreach (var upload in found)
            {
                after = (upload.Key, upload.Id!);
                if (folder is not null && upload.Key.StartsWith(folder, StringComparison.Ordinal)) continue;
                folder = FolderOf(upload.Key);
                entries.Add(folder is null ? upload : new UploadEntry(folder, null, upload.CreatedAt));
                if (entries.Count > limit) return (entries[..limit], true);
            }
            if (found.Count <= limit) return (entries, false);
            if (folder is not null) after = Behind(folder);
        }
    }

    // No name holds the last character of all: everything in the folder comes before.
    private static (string, string) Behind(string folder) => (folder + "\U0010ffff", "");

    private string? FolderOf(string key)
    {
        if (delimiter is null || !key.StartsWith(prefix, StringComparison.Ordinal)) return null;
        var end = key.IndexOf(delimiter, prefix.Length, StringComparison.Ordinal);
        return end < 0 ? null : key[..(end + delimiter.Length)];
    }
}
