using System.Collections.Immutable;
using System.Text;
using Hedgerow.Postgres;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Hedgerow.Storage.Api;

/// <summary>A form (<c>multipart/form-data</c>), read up to where its file begins. What follows the file is not looked at.</summary>
/// <param name="Fields">Those before the file, in their order.</param>
/// <param name="FileName">As the sender has it, paths and all; empty: it was not said.</param>
/// <param name="FileType">The type of the file's section.</param>
/// <param name="File">Unread.</param>
internal sealed record UploadForm(ImmutableArray<KeyValuePair<string, string>> Fields, string FileName, string? FileType, Stream File)
{
    private const int MaxBoundaryLength = 200;
    private const int FramingBytes = 64 * 1024;

    /// <summary>Bytes at most that are the form's and not its file's. How many stand behind the file is not known yet: a generous guess.</summary>
    public long OtherBytes => FramingBytes + Fields.Sum(each => (long)Encoding.UTF8.GetByteCount(each.Key) + Encoding.UTF8.GetByteCount(each.Value));

    public static bool Is(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type) && type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase);

    /// <param name="maxFields">Fields before the file.</param>
    /// <param name="maxFieldBytes">Bytes in each of them.</param>
    /// <param name="fileField">The name of a field that is the file, though it does not say so; null: there is none.</param>
    public static async Task<Result<UploadForm>> ReadAsync(
        HttpRequest request, int maxFields, int maxFieldBytes, CancellationToken cancellation, string? fileField = null)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type)) return StorageErrors.NoContent;
        var boundary = HeaderUtilities.RemoveQuotes(type.Boundary).ToString();
        if (boundary.Length is 0 or > MaxBoundaryLength) return StorageErrors.NoContent;
        var reader = new MultipartReader(boundary, request.Body, 64 * 1024);
        var fields = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>();
        try
        {
            while (await reader.ReadNextSectionAsync(cancellation) is { } section)
            {
                if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition)) return StorageErrors.NoContent;
                var name = HeaderUtilities.RemoveQuotes(disposition.Name).ToString();
                if (disposition.IsFileDisposition() || section.ContentType is not null && name.Length == 0 || name == fileField)
                    return new UploadForm(fields.ToImmutable(), FileNameOf(disposition), section.ContentType, new FormFile(section.Body));
                if (fields.Count == maxFields) return StorageErrors.NoContent;
                if (await ReadFieldAsync(section.Body, maxFieldBytes, cancellation) is not { } value) return StorageErrors.MetadataTooLarge;
                fields.Add(new(name, value));
            }
            return StorageErrors.NoContent;
        }
        catch (Exception e) when (e is InvalidDataException || e is IOException and not BadHttpRequestException and not Microsoft.AspNetCore.Connections.ConnectionResetException)
        {
            // No form after all: its framing is broken, or it ends in the middle.
            return StorageErrors.NoContent;
        }
    }

    private static string FileNameOf(ContentDispositionHeaderValue disposition) =>
        (disposition.FileNameStar.HasValue ? disposition.FileNameStar : HeaderUtilities.RemoveQuotes(disposition.FileName)).ToString();

    /// <summary>Null where it is too long.</summary>
    private static async Task<string?> ReadFieldAsync(Stream body, int maxBytes, CancellationToken cancellation)
    {
        using var buffer = new MemoryStream();
        var chunk = new byte[4096];
        for (int read; (read = await body.ReadAsync(chunk, cancellation)) > 0;)
        {
            buffer.Write(chunk, 0, read);
            if (buffer.Length > maxBytes) return null;
        }
        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }
}
