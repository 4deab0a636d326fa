using System.Text.Json;

namespace Hedgerow.Realtime.Rows;

/// <summary>Array literals (<c>{1,NULL,"a b"}</c>, PostgreSQL documentation, 8.15.6 Array Input and Output Syntax) as JSON arrays.</summary>
internal static class ArrayJson
{
    public static void Write(Utf8JsonWriter json, ReadOnlySpan<byte> text, ColumnType element)
    {
        // Bounds that do not begin at 1 stand in front: [2:3]={…}
        if (text is [(byte)'[', ..]) text = text[(text.IndexOf((byte)'=') + 1)..];
        var at = 0;
        WriteLevel(json, text, ref at, element);
    }

    private static void WriteLevel(Utf8JsonWriter json, ReadOnlySpan<byte> text, ref int at, ColumnType element)
    {
        json.WriteStartArray();
        at++; // {
        while (text[at] != '}')
        {
            if (text[at] is (byte)',' or (byte)';') at++;
            else if (text[at] == '{') WriteLevel(json, text, ref at, element);
            else if (text[at] == '"') WriteQuoted(json, text, ref at, element);
            else WriteBare(json, text, ref at, element);
        }
        at++; // }
        json.WriteEndArray();
    }

    private static void WriteBare(Utf8JsonWriter json, ReadOnlySpan<byte> text, ref int at, ColumnType element)
    {
        var start = at;
        while (text[at] is not ((byte)',' or (byte)'}')) at++;
        var value = text[start..at];
        if (value.SequenceEqual("NULL"u8)) json.WriteNullValue();
        else RowJson.WriteValue(json, value, element);
    }

    private static void WriteQuoted(Utf8JsonWriter json, ReadOnlySpan<byte> text, ref int at, ColumnType element)
    {
        var value = new byte[text.Length - at];
        var length = 0;
        for (at++; text[at] != '"'; at++)
        {
            if (text[at] == '\\') at++;
            value[length++] = text[at];
        }
        at++;
        RowJson.WriteValue(json, value.AsSpan(0, length), element);
    }
}
