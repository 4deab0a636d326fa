using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Hedgerow.Postgres;

namespace Hedgerow.Rest.Request;

/// <summary>Parses a request's body by its media type (PostgREST, Resource Representation; Functions).</summary>
internal static class PayloadParser
{
    /// <param name="columns">What <c>columns=</c> names; null where it is absent.</param>
    /// <param name="isCall">Whether a function is called: its body may be raw, and empty.</param>
    public static Result<Payload> Parse(ReadOnlyMemory<byte> body, MediaType type, ImmutableArray<string>? columns, bool isCall)
    {
        if (type == MediaType.Json)
        {
            if (columns is { } names) return JsonBody.Unread(body.Span, names);
            return isCall && body.IsEmpty ? new JsonPayload("", [], false) : JsonBody.Parse(body.Span);
        }
        if (type == MediaType.Csv) return CsvBody.Parse(body.Span);
        if (type == MediaType.Form) return isCall ? new FormPayload([.. Fields(body)]) : JsonOf(Fields(body));
        if (isCall && (type == MediaType.Text || type == MediaType.Xml || type == MediaType.OctetStream)) return new RawPayload(body, type);
        return RequestErrors.Body($"Content-Type not acceptable: {type.Name}");
    }

    private static IEnumerable<KeyValuePair<string, string>> Fields(ReadOnlyMemory<byte> body) =>
        QueryParameters.Split(Encoding.UTF8.GetString(body.Span)).Select(p => new KeyValuePair<string, string>(p.Key, p.Value ?? ""));

    /// <summary>One object; of fields with the same name the last counts.</summary>
    private static JsonPayload JsonOf(IEnumerable<KeyValuePair<string, string>> fields)
    {
        var values = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in fields) values[name] = value;
        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartObject();
            foreach (var (name, value) in values) writer.WriteString(name, value);
            writer.WriteEndObject();
        }
        return new(Encoding.UTF8.GetString(json.WrittenSpan), [.. values.Keys], false);
    }
}
