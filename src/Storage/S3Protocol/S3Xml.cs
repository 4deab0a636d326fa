using System.Globalization;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using Hedgerow.Postgres;
using Hedgerow.Storage.S3Protocol.Payload;
using Microsoft.AspNetCore.Http;

namespace Hedgerow.Storage.S3Protocol;

/// <summary>S3's bodies.</summary>
internal static class S3Xml
{
    private const string Namespace = "http://s3.amazonaws.com/doc/2006-03-01/";

    /// <summary>Bytes in a request's XML: a thousand names of 1,024 bytes, all of them escaped, or ten thousand parts.</summary>
    private const int MaxBytes = 8 * 1024 * 1024;

    private static readonly XmlWriterSettings s_writing = new() { Encoding = new UTF8Encoding(false), Indent = false };

    /// <summary>An answer with an element of S3's namespace.</summary>
    public static Task ReplyAsync(HttpContext http, string root, Action<XmlWriter> write) => ReplyAsync(http, 200, root, write);

    /// <inheritdoc cref="ReplyAsync(HttpContext, string, Action{XmlWriter})"/>
    public static Task ReplyAsync(HttpContext http, int status, string root, Action<XmlWriter> write) => ReplyAsync(http, status, root, Namespace, write);

    public static Task ReplyErrorAsync(HttpContext http, ApiError error, string requestId) => ReplyAsync(http, error.Status, "Error", "", xml =>
    {
        xml.Text("Code", error.Code);
        xml.Text("Message", error.Message);
        // As in Supabase: bucket and key alone.
        xml.Text("Resource", http.Request.Path.StartsWithSegments(StorageEndpoints.BasePath + S3Route.Path, out var resource) ? resource.Value!.TrimStart('/') : "");
        xml.Text("RequestId", requestId);
    });

    /// <summary>An element with text; none where there is no text.</summary>
    public static void Text(this XmlWriter xml, string name, string? text)
    {
        if (text is null) return;
        xml.WriteElementString(name, text.All(XmlConvert.IsXmlChar) || text.EnumerateRunes().All(IsWritable) ? text : Writable(text));
    }

    public static void Number(this XmlWriter xml, string name, long number) => xml.WriteElementString(name, number.ToString(CultureInfo.InvariantCulture));

    public static void Truth(this XmlWriter xml, string name, bool truth) => xml.WriteElementString(name, truth ? "true" : "false");

    public static void Time(this XmlWriter xml, string name, DateTimeOffset time) => xml.WriteElementString(name, Objects.ObjectMetadata.Timestamp(time));

    /// <summary>Reads a request's body: its root element, without namespaces, or null where it is missing.</summary>
    /// <param name="mayBeMissing">Without a body it is an element without children.</param>
    public static async Task<Result<XElement>> ReadAsync(S3Request request, string root, CancellationToken cancellation, bool mayBeMissing = false)
    {
        if (!request.Payload().Ok(out var payload, out var error)) return error;
        await using (payload)
        {
            if (payload.Length > MaxBytes) return StorageErrors.BodyTooLarge;
            using var buffer = new MemoryStream();
            var chunk = new byte[16 * 1024];
            for (int read; (read = await payload.Data.ReadAsync(chunk, cancellation)) > 0;)
            {
                buffer.Write(chunk, 0, read);
                if (buffer.Length > MaxBytes) return StorageErrors.BodyTooLarge;
            }
            if (buffer.Length == 0 && mayBeMissing) return new XElement(root);
            buffer.Position = 0;
            return Parse(buffer) is { } element && element.Name.LocalName == root ? element : S3Errors.BadXml;
        }
    }

    /// <summary>A child's text; null where there is no such child.</summary>
    public static string? Child(this XElement element, string name) => element.Elements().FirstOrDefault(child => child.Name.LocalName == name)?.Value;

    public static IEnumerable<XElement> Children(this XElement element, string name) => element.Elements().Where(child => child.Name.LocalName == name);

    private static XElement? Parse(Stream stream)
    {
        // No document types: no entities that grow or fetch.
        var reading = new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, IgnoreComments = true, IgnoreProcessingInstructions = true };
        try
        {
            using var reader = XmlReader.Create(stream, reading);
            return XElement.Load(reader, LoadOptions.PreserveWhitespace);
        }
        catch (XmlException)
        {
            return null;
        }
    }

    private static async Task ReplyAsync(HttpContext http, int status, string root, string ns, Action<XmlWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var xml = XmlWriter.Create(buffer, s_writing))
        {
            xml.WriteStartDocument();
            xml.WriteStartElement(root, ns);
            write(xml);
            xml.WriteEndElement();
        }
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/xml";
        http.Response.ContentLength = buffer.Length;
        if (!HttpMethods.IsHead(http.Request.Method)) await http.Response.Body.WriteAsync(buffer.GetBuffer().AsMemory(0, (int)buffer.Length), http.RequestAborted);
    }

    // Pairs of surrogates are characters too; what XML cannot hold at all is shown as what it is: no character.
    private static bool IsWritable(Rune rune) => rune.Value > 0xffff || XmlConvert.IsXmlChar((char)rune.Value);

    private static string Writable(string text) => string.Concat(text.EnumerateRunes().Select(rune => IsWritable(rune) ? rune.ToString() : "\ufffd"));
}
