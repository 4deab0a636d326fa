using System.Collections.Immutable;
using Hedgerow.Postgres;
using Hedgerow.Storage.Api;
using Microsoft.AspNetCore.Http;

namespace Hedgerow.Storage.S3Protocol.Forms;

/// <summary>
/// An upload by a browser's form (Amazon S3 API Reference, POST Object): a policy, the signature of it, what the policy allows, and the file behind all that.
/// </summary>
/// <param name="Fields">Names in lower case. Where a value says <c>${filename}</c>, it has the file's name.</param>
/// <param name="File">Unread.</param>
public sealed record PostForm(ImmutableSortedDictionary<string, string> Fields, Stream File)
{
    private const int MaxFields = 64;
    private const int MaxFieldBytes = 20 * 1024; // S3 takes no more in all of them

    private const string FileName = "${filename}";

    public static bool IsOne(HttpRequest request, S3Target target) =>
        HttpMethods.IsPost(request.Method) && target is { Bucket.Length: > 0, Key.Length: 0, Query.IsEmpty: true } && UploadForm.Is(request);

    public static async Task<Result<PostForm>> ReadAsync(HttpRequest request, CancellationToken cancellation)
    {
        if (!(await UploadForm.ReadAsync(request, MaxFields, MaxFieldBytes, cancellation, fileField: "file")).Ok(out var form, out var error))
            return error == StorageErrors.MetadataTooLarge ? S3Errors.FormTooLarge : S3Errors.BadForm;
        // Browsers of old sent the file's path on the disk.
        var file = form.FileName[(form.FileName.LastIndexOfAny(['/', '\\']) + 1)..];
        var fields = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in form.Fields)
        {
            // Of two, one would be held against the policy and the other one meant.
            if (!fields.TryAdd(name.ToLowerInvariant(), value.Replace(FileName, file, StringComparison.Ordinal))) return S3Errors.InvalidArgument($"The form has the field {name} twice");
        }
        return new PostForm(fields.ToImmutable(), form.File);
    }

    /// <summary>A field's value; null where it is missing or empty.</summary>
    public string? Field(string name) => Fields.GetValueOrDefault(name) is { Length: > 0 } value ? value : null;
}
