using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Hedgerow.Rest.Request.Grammar;

/// <summary>
/// Why a text is not in the grammar, in Parsec's words, which PostgREST hands to its clients:
/// <c>unexpected "x" expecting "asc" or "desc"</c>. Immutable; only made once a text is known to be wrong.
/// </summary>
/// <param name="At">Index of the character where the farthest attempt failed.</param>
/// <param name="Found">What stood there, quoted; the first is shown. Empty text: the end of input.</param>
/// <param name="Forbidden">What stood there although it must not; shown in place of <paramref name="Found"/>.</param>
/// <param name="Expected">What could have stood there.</param>
internal sealed record ParseError(int At, ImmutableArray<string> Found, ImmutableArray<string> Forbidden, ImmutableArray<string> Expected)
{
    /// <summary>Of two errors the farther one; at the same place both.</summary>
    public static ParseError? Merge(ParseError? a, ParseError? b)
    {
        if (a is null || b is null || ReferenceEquals(a, b)) return a ?? b;
        if (a.At != b.At) return a.At > b.At ? a : b;
        return new(a.At, a.Found.AddRange(b.Found), a.Forbidden.AddRange(b.Forbidden), a.Expected.AddRange(b.Expected));
    }

    /// <summary><c>(line 1, column 7)</c>, counted in Unicode characters from 1; a tab ends at a multiple of eight.</summary>
    public string Position(ReadOnlySpan<char> text)
    {
        int line = 1, column = 1;
        foreach (var rune in text[..Math.Min(At, text.Length)].EnumerateRunes())
        {
            if (rune.Value == '\n') (line, column) = (line + 1, 1);
            else if (rune.Value == '\t') column += 8 - ((column - 1) % 8);
            else column++;
        }
        return string.Create(CultureInfo.InvariantCulture, $"(line {line}, column {column})");
    }

    /// <summary>What was found and what was expected, on one line.</summary>
    public string Describe()
    {
        var text = new StringBuilder();
        var forbidden = Distinct(Forbidden);
        if (forbidden.Count > 0) text.Append("unexpected ").Append(Listed(forbidden));
        else if (!Found.IsEmpty) text.Append("unexpected ").Append(Found[0].Length == 0 ? "end of input" : Found[0]);
        var expected = Distinct(Expected);
        if (expected.Count > 0) text.Append(text.Length > 0 ? " " : "").Append("expecting ").Append(Listed(expected));
        return text.Length > 0 ? text.ToString() : "unknown parse error";
    }

    private static List<string> Distinct(ImmutableArray<string> items) => [.. items.Where(i => i.Length > 0).Distinct()];

    private static string Listed(List<string> items) =>
        items.Count == 1 ? items[0] : $"{string.Join(", ", items[..^1])} or {items[^1]}";

    /// <summary>A text in double quotes, or a character in single ones, escaped as Haskell writes them.</summary>
    public static string Quoted(string text, char quote = '"')
    {
        var quoted = new StringBuilder().Append(quote);
        foreach (var rune in text.EnumerateRunes())
        {
            _ = rune.Value switch
            {
                '\\' => quoted.Append("\\\\"),
                '\n' => quoted.Append("\\n"),
                '\t' => quoted.Append("\\t"),
                '\r' => quoted.Append("\\r"),
                var c when c == quote => quoted.Append('\\').Append(quote),
                < 32 or >= 127 => quoted.Append('\\').Append(rune.Value),
                var c => quoted.Append((char)c),
            };
        }
        return quoted.Append(quote).ToString();
    }
}
