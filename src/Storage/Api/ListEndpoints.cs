using System.Text.Json;
using Hedgerow.Postgres;
using Hedgerow.Storage.Objects;

namespace Hedgerow.Storage.Api;

/// <summary>Lists objects: <c>POST /object/list/{bucket}</c> and <c>/object/list-v2/{bucket}</c>.</summary>
public sealed class ListEndpoints(ObjectLister lister)
{
    private const int MaxPage = 1000;

    /// <summary>A page of a folder, by offset.</summary>
    public async Task<ApiError?> ListAsync(StorageRequest request, CancellationToken cancellation)
    {
        if (!(await request.JsonAsync(cancellation)).Ok(out var body, out var error)) return error;
        if (!body.Required("prefix", out var prefix, out error) || !body.Integer("limit", 1, out var limit, out error)
            || !body.Integer("offset", 0, out var offset, out error) || !body.Text("search", out var search, out error)
            || !SortBy(body, ["name", "updated_at", "created_at", "last_accessed_at"], out var sort, out error)
            || !body.Boolean("exactMatch", out var exact, out error)) return error;
        if ((RefuseVersions(body) ?? Names.RefuseBucket(request.Bucket)) is { } refusal) return refusal;
        if (prefix.Length > 0 && !prefix.EndsWith('/') && exact is not true) prefix += "/";
        var query = new FolderQuery(request.Bucket, prefix, search ?? "", limit ?? 100, offset ?? 0, sort.Column ?? "name", sort.Descending);
        var entries = exact is true
            ? await lister.ListExactAsync(request.Session, query, cancellation)
            : await lister.ListAsync(request.Session, query, cancellation);
        await StorageRoute.ReplyAsync(request.Http, json =>
        {
            json.WriteStartArray();
            foreach (var entry in entries) WriteEntry(json, entry, entry.Name);
            json.WriteEndArray();
        });
        return null;
    }

    /// <summary>A page after a cursor; folders and objects apart.</summary>
    public async Task<ApiError?> ListV2Async(StorageRequest request, CancellationToken cancellation)
    {
        if (!(await request.JsonAsync(cancellation)).Ok(out var body, out var error)) return error;
        if (!body.Text("prefix", out var prefix, out error) || !body.Integer("limit", 1, out var limit, out error)
            || !body.Text("cursor", out var text, out error) || !body.Boolean("with_delimiter", out var delimited, out error)
            || !SortBy(body, ["name", "updated_at", "created_at"], out var sort, out error) || !body.Boolean("exactMatch", out var exact, out error)) return error;
        if ((RefuseVersions(body) ?? Names.RefuseBucket(request.Bucket)) is { } refusal) return refusal;
        ListCursor? cursor = null;
        if (!string.IsNullOrEmpty(text) && (cursor = ListCursor.Parse(text)) is null) return StorageErrors.Invalid("Invalid cursor");
        if (exact is true)
        {
            // One object makes one page.
            if (cursor is not null) return StorageErrors.InvalidParameter("exactMatch must match the value used to obtain this continuation token (expected \"false\")");
            var found = await lister.ListExactAsync(request.Session, new FolderQuery(request.Bucket, prefix ?? "", "", 1, 0, "name", false), cancellation);
            await StorageRoute.ReplyAsync(request.Http, json => WritePage(json, found, MaxPage, sort));
            return null;
        }
        // A list goes on as it began.
        if (cursor is not null) sort = new Sort(cursor.SortColumn, cursor.Descending);

        var page = Math.Min(limit ?? MaxPage, MaxPage);
        var query = new CursorQuery(
            request.Bucket, prefix ?? "", delimited is true ? "/" : null, page + 1, cursor?.After ?? "", sort.Column ?? "name", cursor?.AfterTime ?? "", sort.Descending);
        var entries = await lister.ListAsync(request.Session, query, cancellation);
        await StorageRoute.ReplyAsync(request.Http, json => WritePage(json, entries, page, sort));
        return null;
    }

    /// <summary>Every object is its only version: a list that leaves out the others is all there is.</summary>
    private static ApiError? RefuseVersions(JsonElement body)
    {
        foreach (var option in (ReadOnlySpan<string>)["noncurrentVersions", "deleteMarkers"])
        {
            if (!body.OneOf(option, ["exclude", "include", "only"], out var asked, out var error)) return error;
            if (asked is "include" or "only") return StorageErrors.NoVersions;
        }
        return null;
    }

    private static void WritePage(Utf8JsonWriter json, IReadOnlyList<ListEntry> entries, int page, Sort sort)
    {
        var hasNext = entries.Count > page;
        var shown = hasNext ? entries.Take(page).ToList() : entries;
        json.WriteStartObject();
        json.WriteBoolean("hasNext", hasNext);
        if (hasNext)
        {
            json.WriteString("nextCursor", new ListCursor(shown[^1].Name, sort.Column, TimeOf(shown[^1], sort), sort.Descending).ToString());
            json.WriteString("nextCursorKey", shown[^1].Name);
        }
        json.WriteStartArray("folders");
        foreach (var entry in shown)
        {
            if (entry.Id is not null) continue;
            json.WriteStartObject();
            if (entry.Key is not null) json.WriteString("key", entry.Key);
            json.WriteString("name", entry.Name);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("objects");
        foreach (var entry in shown)
            if (entry.Id is not null) WriteEntry(json, entry, entry.Name);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static string TimeOf(ListEntry entry, Sort sort) => sort.Column switch
    {
        "created_at" when entry.CreatedAt is { } created => ObjectMetadata.Timestamp(created),
        "updated_at" when entry.UpdatedAt is { } updated => ObjectMetadata.Timestamp(updated),
        _ => "",
    };

    private static void WriteEntry(Utf8JsonWriter json, ListEntry entry, string name)
    {
        json.WriteStartObject();
        if (entry.Key is not null) json.WriteString("key", entry.Key);
        json.WriteString("name", name);
        if (entry.Id is { } id) json.WriteString("id", id);
        else json.WriteNull("id");
        WriteTime(json, "updated_at", entry.UpdatedAt);
        WriteTime(json, "created_at", entry.CreatedAt);
        WriteTime(json, "last_accessed_at", entry.LastAccessedAt);
        json.WritePropertyName("metadata");
        json.WriteRawValue(entry.Metadata ?? "null", skipInputValidation: true); // the database's own jsonb
        json.WriteEndObject();
    }

    private static void WriteTime(Utf8JsonWriter json, string name, DateTime? time)
    {
        if (time is { } known) json.WriteString(name, ObjectMetadata.Timestamp(known));
        else json.WriteNull(name);
    }

    private sealed record Sort(string? Column, bool Descending);

    private static bool SortBy(JsonElement body, ReadOnlySpan<string> columns, out Sort sort, out ApiError? error)
    {
        (sort, error) = (new Sort(null, false), null);
        if (body.Member("sortBy") is not { ValueKind: not JsonValueKind.Null } sortBy) return true;
        if (sortBy.ValueKind != JsonValueKind.Object)
        {
            error = StorageErrors.Invalid("body/sortBy must be object");
            return false;
        }
        if (!sortBy.Text("column", out var column, out error) || !sortBy.Text("order", out var order, out error)) return false;
        if (column is not (null or "") && !columns.Contains(column)) error = StorageErrors.Invalid("body/sortBy/column must be equal to one of the allowed values");
        else if (order is not (null or "" or "asc" or "desc")) error = StorageErrors.Invalid("body/sortBy/order must be equal to one of the allowed values");
        else sort = new Sort(column is "" ? null : column, order == "desc");
        return error is null;
    }
}
