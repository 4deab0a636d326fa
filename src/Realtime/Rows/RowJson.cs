using System.Text;
using System.Text.Json;
using Hedgerow.Realtime.Wal;

namespace Hedgerow.Realtime.Rows;

/// <summary>Writes logged values as JSON.</summary>
public static class RowJson
{
    /// <summary>One value.</summary>
    public static void WriteValue(Utf8JsonWriter json, ReadOnlySpan<byte> text, ColumnType type)
    {
        switch (type.Form)
        {
            case JsonForm.Boolean:
                json.WriteBooleanValue(text is [(byte)'t', ..]);
                break;
            case JsonForm.Number when IsNumber(text):
                json.WriteRawValue(text, skipInputValidation: true);
                break;
            case JsonForm.Json:
                json.WriteRawValue(text, skipInputValidation: true);
                break;
            case JsonForm.Timestamp or JsonForm.TimestampWithZone:
                WriteTimestamp(json, text, type.Form == JsonForm.TimestampWithZone);
                break;
            case JsonForm.Array:
                ArrayJson.Write(json, text, type.Element!);
                break;
            default:
                json.WriteStringValue(text);
                break;
        }
    }

    /// <summary>The columns for which <paramref name="wanted"/> holds and that were logged, as one object.</summary>
    public static void WriteRow(Utf8JsonWriter json, RowImage row, TableShape shape, Func<int, bool> wanted)
    {
        json.WriteStartObject();
        for (var i = 0; i < shape.Columns.Length; i++)
        {
            if (!wanted(i) || row.State(i) == ColumnState.Missing) continue;
            json.WritePropertyName(shape.Names[i]);
            if (row.State(i) == ColumnState.Null) json.WriteNullValue();
            else WriteValue(json, row.Text(i), shape.Columns[i]);
        }
        json.WriteEndObject();
    }

    private static bool IsNumber(ReadOnlySpan<byte> text) => text[^1] is >= (byte)'0' and <= (byte)'9';

    // 2025-11-03 09:32:55.12+00 → 2025-11-03T09:32:55.12+00:00. What does not look so (infinity, years before Christ) stays.
    private static void WriteTimestamp(Utf8JsonWriter json, ReadOnlySpan<byte> text, bool zone)
    {
        var space = text.IndexOf((byte)' ');
        if (space < 0 || text[^1] == 'C' || text.Length > 60)
        {
            json.WriteStringValue(text);
            return;
        }
        Span<byte> iso = stackalloc byte[64];
        text.CopyTo(iso);
        iso[space] = (byte)'T';
        var length = text.Length;
        if (zone && text[^3] is (byte)'+' or (byte)'-')
        {
            ":00"u8.CopyTo(iso[length..]);
            length += 3;
        }
        json.WriteStringValue(iso[..length]);
    }
}

/// <summary>A relation's columns with their types: everything that is needed to write its rows.</summary>
public sealed record TableShape(Relation Relation, ColumnType[] Columns, JsonEncodedText[] Names)
{
    /// <summary>Of no table.</summary>
    public static TableShape Empty { get; } = new(new Relation(0, default, []), [], []);

    public static async ValueTask<TableShape> OfAsync(Relation relation, TypeCatalogue types, CancellationToken cancellation)
    {
        var columns = new ColumnType[relation.Columns.Length];
        for (var i = 0; i < columns.Length; i++) columns[i] = await types.FindAsync(relation.Columns[i].Type, cancellation);
        return new TableShape(relation, columns, [.. relation.Columns.Select(column => JsonEncodedText.Encode(column.Name, RowEncoding.Encoder))]);
    }
}
