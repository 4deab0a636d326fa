namespace Hedgerow.Rest.Response;

/// <summary>Dates and timestamps in PostgreSQL's style ISO, as its JSON has them (<c>JsonEncodeDateTime</c>: XML Schema's style).</summary>
internal static class IsoMoment
{
    /// <summary>Bytes of the JSON, its quotes among them; null where the text is in another style.</summary>
    public static int? Length(ReadOnlySpan<byte> text, JsonForm form) =>
        DateLength(text, form) is not { } date ? null : text.Length + 2 + (LacksMinutes(text, date, form, out _) ? ":00".Length : 0);

    /// <param name="to">Holds <see cref="Length"/>.</param>
    public static void Write(ReadOnlySpan<byte> text, JsonForm form, Span<byte> to)
    {
        var date = DateLength(text, form)!.Value;
        to[0] = to[^1] = (byte)'"';
        to = to[1..^1];
        text.CopyTo(to);
        if (form == JsonForm.Date || date == text.Length) return;
        to[date] = (byte)'T';
        if (!LacksMinutes(text, date, form, out var zone)) return;
        ":00"u8.CopyTo(to[zone..]);
        text[zone..].CopyTo(to[(zone + 3)..]);
    }

    /// <summary>Bytes before the time; all of what has none. Null where the text is in another style.</summary>
    private static int? DateLength(ReadOnlySpan<byte> text, JsonForm form)
    {
        if (text.EndsWith("infinity"u8)) return text.Length;
        var year = text.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        var date = year + "-mm-dd".Length;
        var isIso = year >= 4 && text.Length >= date && text[year] == '-' && text[year + 3] == '-'
            && (form == JsonForm.Date || (text.Length > date && text[date] == ' '));
        return isIso ? date : null;
    }

    /// <summary>A time zone of whole hours is written without its minutes.</summary>
    /// <param name="zone">Where it ends.</param>
    private static bool LacksMinutes(ReadOnlySpan<byte> text, int date, JsonForm form, out int zone)
    {
        zone = text.EndsWith(" BC"u8) ? text.Length - " BC".Length : text.Length;
        return form == JsonForm.TimestampWithTimeZone && date < text.Length && text[zone - 3] is (byte)'+' or (byte)'-';
    }
}
