using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Hedgerow.Postgres;
using Hedgerow.Rest.Request.Grammar;

namespace Hedgerow.Rest.Request;

/// <summary>
/// Turns a CSV body (RFC 4180, the first line names the columns) into a JSON array of objects with text values;
/// an unquoted or quoted <c>NULL</c> is null.
/// </summary>
internal static class CsvBody
{
    private static readonly ApiError Malformed = RequestErrors.Body("Empty or invalid csv: a quote is not closed, or bytes are no UTF-8");
    private static readonly ApiError Unfinished = RequestErrors.Body("parse error (not enough input) at \"\"");
    private static readonly ApiError Uneven = RequestErrors.Body("All lines must have same number of fields");

    public static Result<Payload> Parse(ReadOnlySpan<byte> body)
    {
        if (!Utf8.IsValid(body)) return Malformed;
        var header = new List<string>();
        var record = new List<string>();
        // A line end belongs to the header, also where no rows follow.
        if (!ReadRecord(ref body, header) || body.IsEmpty) return Unfinished;
        if (!TakeLineEnd(ref body)) return Unexpected("Failed reading: satisfy", body);
        // Of columns with the same name the last one counts.
        var positions = header.Select((name, i) => (name, i)).GroupBy(c => c.name).Select(g => g.Last()).OrderBy(c => c.name, StringComparer.Ordinal).ToArray();

        var json = new ArrayBufferWriter<byte>(body.Length + 256);
        var fields = -1;
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartArray();
            while (!body.IsEmpty)
            {
                if (!ReadRecord(ref body, record)) return Malformed;
                if (!body.IsEmpty && !TakeLineEnd(ref body)) return Unexpected("endOfInput", body);
                // A line that holds nothing is no row.
                if (record is [""]) continue;
                // Fields beyond the header are dropped; fewer are no mistake while all lines lack the same.
                var count = Math.Min(record.Count, header.Count);
                if (fields >= 0 && count != fields) return Uneven;
                fields = count;
                writer.WriteStartObject();
                foreach (var (name, i) in positions)
                {
                    if (i >= count) continue;
                    if (record[i] == "NULL") writer.WriteNull(name);
                    else writer.WriteString(name, record[i]);
                }
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
        }
        ImmutableArray<string> keys = fields < 0 ? [] : [.. positions.Where(p => p.i < fields).Select(p => p.name)];
        return new JsonPayload(Encoding.UTF8.GetString(json.WrittenSpan), keys, true);
    }

    /// <summary>What a quote in or behind a value is answered with: the words of the parser that PostgREST uses (Haskell's cassava).</summary>
    private static ApiError Unexpected(string what, ReadOnlySpan<byte> rest) => RequestErrors.Body(
        $"parse error ({what}) at {(rest.Length > 100 ? Encoding.Latin1.GetString(rest[..100]) + " (truncated)" : ParseError.Quoted(Encoding.Latin1.GetString(rest)))}");

    /// <summary>Takes a line end, where one comes next.</summary>
    private static bool TakeLineEnd(ref ReadOnlySpan<byte> text)
    {
        var length = text[0] == '\n' ? 1 : text.StartsWith("\r\n"u8) ? 2 : text[0] == '\r' ? 1 : 0;
        text = text[length..];
        return length > 0;
    }

    /// <summary>Reads values as long as commas follow them. False where a quote is not closed.</summary>
    private static bool ReadRecord(ref ReadOnlySpan<byte> text, List<string> fields)
    {
        fields.Clear();
        while (true)
        {
            if (text.StartsWith("\""u8))
            {
                if (!ReadQuoted(ref text, fields)) return false;
            }
            else
            {
                var end = text.IndexOfAny(",\r\n\""u8);
                if (end < 0) end = text.Length;
                fields.Add(Encoding.UTF8.GetString(text[..end]));
                text = text[end..];
            }
            if (!text.StartsWith(","u8)) return true;
            text = text[1..];
        }
    }

    private static bool ReadQuoted(ref ReadOnlySpan<byte> text, List<string> fields)
    {
        text = text[1..];
        var value = new StringBuilder();
        while (true)
        {
            var quote = text.IndexOf((byte)'"');
            if (quote < 0) return false;
            value.Append(Encoding.UTF8.GetString(text[..quote]));
            text = text[(quote + 1)..];
            if (!text.StartsWith("\""u8)) break;
            value.Append('"');
            text = text[1..];
        }
        fields.Add(value.ToString());
        return true;
    }
}
