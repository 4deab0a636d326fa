using System.Buffers;
using Hedgerow.Postgres.Multiplexing;

namespace Hedgerow.Rest.Response;

/// <summary>The body that rows make, byte for byte as PostgreSQL would aggregate them. Its length is known before it is written.</summary>
internal sealed class JsonRows
{
    private readonly MultiplexedRows _rows;
    private readonly JsonColumn[] _columns;
    private readonly bool _isArray;

    private JsonRows(MultiplexedRows rows, JsonColumn[] columns, bool isArray, int length) => (_rows, _columns, _isArray, Length) = (rows, columns, isArray, length);

    /// <summary>Bytes of the body.</summary>
    public int Length { get; }

    /// <summary>The last row is not among those of the body.</summary>
    private static int Count(MultiplexedRows rows) => rows.Count - 1;

    /// <summary>Null where a value's text is not what its type's should be: a date in another style than ISO.</summary>
    /// <param name="isArray">Otherwise there is one row, which is the body.</param>
    public static JsonRows? TryMeasure(MultiplexedRows rows, JsonColumn[] columns, bool isArray)
    {
        var length = isArray ? "[]".Length + (", \n ".Length * Math.Max(Count(rows) - 1, 0)) : 0;
        var reader = rows.Read();
        for (var i = 0; i < Count(rows); i++)
        {
            reader.NextRow();
            length += columns.Length == 0 ? "{}".Length : 1;
            foreach (var column in columns)
            {
                if (Measure(reader.NextColumn(out var text), text, column.Form) is not { } value) return null;
                length += column.Key.Length + value;
            }
        }
        return new(rows, columns, isArray, length);
    }

    private static int? Measure(bool hasValue, ReadOnlySpan<byte> text, JsonForm form) => !hasValue ? "null".Length : form switch
    {
        JsonForm.String => JsonText.Length(text),
        JsonForm.Json => text.Length,
        JsonForm.Number => IsNumber(text) ? text.Length : text.Length + 2,
        JsonForm.Boolean => Boolean(text).Length,
        _ => IsoMoment.Length(text, form),
    };

    public void WriteTo(IBufferWriter<byte> writer)
    {
        var to = new JsonSpans(writer);
        var reader = _rows.Read();
        if (_isArray) to.Put("["u8);
        for (var i = 0; i < Count(_rows); i++)
        {
            if (i > 0) to.Put(", \n "u8);
            reader.NextRow();
            if (_columns.Length == 0) to.Put("{"u8);
            foreach (var column in _columns)
            {
                to.Put(column.Key);
                Write(ref to, reader.NextColumn(out var text), text, column.Form);
            }
            to.Put("}"u8);
        }
        if (_isArray) to.Put("]"u8);
        to.End();
    }

    private static void Write(ref JsonSpans to, bool hasValue, ReadOnlySpan<byte> text, JsonForm form)
    {
        if (!hasValue) to.Put("null"u8);
        else if (form == JsonForm.Boolean) to.Put(Boolean(text));
        else if (form == JsonForm.Json || (form == JsonForm.Number && IsNumber(text))) to.Put(text);
        else if (form is JsonForm.String or JsonForm.Number) JsonText.Write(text, to.Take(JsonText.Length(text)));
        else IsoMoment.Write(text, form, to.Take(IsoMoment.Length(text, form)!.Value));
    }

    /// <summary>What a number's type returns is one, or one of the words <c>NaN</c> and <c>Infinity</c>.</summary>
    private static bool IsNumber(ReadOnlySpan<byte> text) => char.IsAsciiDigit((char)text[^1]);

    private static ReadOnlySpan<byte> Boolean(ReadOnlySpan<byte> text) => text is [(byte)'t'] ? "true"u8 : "false"u8;
}
