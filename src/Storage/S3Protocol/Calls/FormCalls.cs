using System.Text;
using Hedgerow.Postgres;
using Hedgerow.Storage.Objects;
using Hedgerow.Storage.S3Protocol.Forms;
using Hedgerow.Storage.S3Protocol.Signing;
using Microsoft.AspNetCore.Http;

namespace Hedgerow.Storage.S3Protocol.Calls;

/// <summary>POST Object: an upload by a form, which its signed policy allows already as it stands.</summary>
public sealed class FormCalls(ObjectWriter writer)
{
    public async Task<ApiError?> PostAsync(S3Request request, PostForm form, CancellationToken cancellation)
    {
        if (form.Field("key") is not { } key) return S3Errors.InvalidArgument("The form needs the field key");
        if (S3Errors.RefuseKey(key) is { } badKey) return badKey;
        if (form.Fields.Keys.FirstOrDefault(name => name is "tagging" || name.StartsWith("x-amz-checksum-", StringComparison.Ordinal)) is { } extra)
            return S3Errors.NotImplemented($"The form's field {extra}");
        if (!UploadHead.Read(form.Field, form.Fields).Ok(out var head, out var error)) return error;
        if (!PostPolicy.Parse(form.Field("policy") ?? "").Ok(out var policy, out error)) return error;
        if (!(await writer.AuthoriseAsync(request.Session, head.Into(request, key, replaces: true, length: null), isTrusted: false, cancellation)).Ok(out var permit, out error)) return error;

        permit = permit with { MaxBytes = Math.Min(permit.MaxBytes, policy.MostBytes) };
        await using var file = new LeastBody(form.File, policy.LeastBytes);
        if (!(await writer.StoreAsync(request.Session, permit, file, null, cancellation, tagsByMd5: true)).Ok(out var recorded, out error)) return error;
        await AnswerAsync(request, form, key, recorded.Metadata.ETag);
        return null;
    }

    /// <summary>As the form wants to have it: with nothing, with XML, or by leading its browser on.</summary>
    private static async Task AnswerAsync(S3Request request, PostForm form, string key, string etag)
    {
        var (response, address) = (request.Response, request.Address(key));
        response.Headers.ETag = etag;
        response.Headers.Location = address;
        if (ReturnTo(form.Field("success_action_redirect"), $"bucket={UriText.Encode(request.Bucket)}&key={UriText.Encode(key)}&etag={UriText.Encode(etag)}") is { } target)
        {
            response.Headers.Location = target;
            response.StatusCode = StatusCodes.Status303SeeOther;
            return;
        }
        response.StatusCode = form.Field("success_action_status") switch { "200" => 200, "201" => 201, _ => 204 };
        if (response.StatusCode != 201) return;
        await S3Xml.ReplyAsync(request.Http, 201, "PostResponse", xml =>
        {
            xml.Text("Location", address);
            xml.Text("Bucket", request.Bucket);
            xml.Text("Key", key);
            xml.Text("ETag", etag);
        });
    }

    /// <summary>Where the browser goes on, as a header can hold it: in ASCII, so with the host as the name service has it. As in S3, what is no such address counts as none.</summary>
    private static string? ReturnTo(string? address, string stored)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var target) || target.Scheme is not ("http" or "https")) return null;
        try
        {
            var told = new UriBuilder(target) { Host = target.IdnHost, Query = target.Query.Length > 0 ? $"{target.Query}&{stored}" : stored }.Uri.AbsoluteUri;
            return Ascii.IsValid(told) ? told : null;
        }
        catch (UriFormatException)
        {
            return null;
        }
    }
}
