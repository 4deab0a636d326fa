using Hedgerow.Postgres;
using Hedgerow.Storage.Objects;

namespace Hedgerow.Storage.S3Protocol.Calls;

/// <summary>DeleteObject and DeleteObjects. What is not there is deleted, says S3; what the caller sees and may not remove is refused.</summary>
public sealed class DeleteCalls(ObjectRemover remover, ObjectReader reader, Buckets buckets)
{
    private const int MaxObjects = 1000;

    private static readonly ApiError s_denied = StorageErrors.AccessDenied("Access Denied");

    public async Task<ApiError?> DeleteAsync(S3Request request, CancellationToken cancellation)
    {
        if (request.Header("If-Match") is not null) return S3Errors.NotImplemented("If-Match of a deletion");
        var left = await RemoveAsync(request, [request.Key], cancellation);
        if (left is null) return StorageErrors.NoSuchBucket;
        if (left.Count > 0) return s_denied;
        request.Response.StatusCode = 204;
        return null;
    }

    public async Task<ApiError?> DeleteManyAsync(S3Request request, CancellationToken cancellation)
    {
        if (!(await S3Xml.ReadAsync(request, "Delete", cancellation)).Ok(out var body, out var error)) return error;
        var objects = body.Children("Object").ToList();
        if (objects.Count is 0 or > MaxObjects || objects.Any(each => each.Child("Key") is not { Length: > 0 })) return S3Errors.BadXml;
        if (objects.Any(each => each.Child("VersionId") is not (null or "" or "null"))) return S3Errors.NotImplemented("The deletion of versions");
        var names = objects.Select(each => each.Child("Key")!).Distinct(StringComparer.Ordinal).ToList();
        if (await RemoveAsync(request, names, cancellation) is not { } left) return StorageErrors.NoSuchBucket;
        var isQuiet = body.Child("Quiet") == "true";
        await S3Xml.ReplyAsync(request.Http, "DeleteResult", xml =>
        {
            foreach (var name in names)
            {
                if (left.Contains(name))
                {
                    xml.WriteStartElement("Error");
                    xml.Text("Key", name);
                    xml.Text("Code", s_denied.Code);
                    xml.Text("Message", s_denied.Message);
                    xml.WriteEndElement();
                }
                else if (!isQuiet)
                {
                    xml.WriteStartElement("Deleted");
                    xml.Text("Key", name);
                    xml.WriteEndElement();
                }
            }
        });
        return null;
    }

    /// <returns>Those that the caller still sees; null: there is no such bucket.</returns>
    private async Task<IReadOnlySet<string>?> RemoveAsync(S3Request request, List<string> names, CancellationToken cancellation)
    {
        // What is no name is no object's.
        string[] wanted = [.. names.Where(name => Names.RefuseObject(name) is null)];
        var removed = wanted.Length == 0 ? [] : await remover.RemoveAsync(request.Session, request.Bucket, wanted, cancellation);
        if (removed.Count == wanted.Length && wanted.Length > 0) return new HashSet<string>();
        if (!await buckets.ExistsAsync(request.Session, request.Bucket, cancellation)) return null;
        return await reader.FindNamesAsync(request.Session, request.Bucket, wanted.Except(removed.Select(row => row.Name)), cancellation);
    }
}
