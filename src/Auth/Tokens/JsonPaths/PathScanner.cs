using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Hedgerow.Auth.Tokens.JsonPaths;

/// <summary>Reads a path's smallest parts, from left to right.</summary>
internal sealed class PathScanner(string text)
{
    private int _at;

    public bool IsAtEnd => _at >= text.Length;

    private char Next => IsAtEnd ? '\0' : text[_at];

    public FormatException Error() => new(IsAtEnd
        ? $"the path \"{text}\" ends too early"
        : $"\"{text[_at..]}\" is not understood in the path \"{text}\"");

    public void SkipBlanks()
    {
        while (Next is ' ' or '\t' or '\n' or '\r') _at++;
    }

    public bool Sees(string word) => text.AsSpan(_at).StartsWith(word, StringComparison.Ordinal);

    public bool Take(string word)
    {
        if (!Sees(word)) return false;
        _at += word.Length;
        return true;
    }

    public void Expect(string word)
    {
        if (!Take(word)) throw Error();
    }

    /// <summary>A name that needs no quotes (RFC 9535, 2.5.1.1).</summary>
    public string Name()
    {
        var begin = _at;
        while (char.IsAsciiLetter(Next) || Next is '_' or >= '\u0080' || (_at > begin && char.IsAsciiDigit(Next))) _at++;
        return _at > begin ? text[begin.._at] : throw Error();
    }

    /// <summary>A whole number, or null where none stands here.</summary>
    public int? Whole()
    {
        var begin = _at;
        if (Next == '-') _at++;
        while (char.IsAsciiDigit(Next)) _at++;
        if (_at == begin) return null;
        return int.TryParse(text.AsSpan(begin, _at - begin), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new FormatException($"an index in the path \"{text}\" is out of range");
    }

    /// <summary>A number, <c>true</c>, <c>false</c> or <c>null</c> as JSON writes them; null where none of them stands here.</summary>
    public JsonElement? Plain()
    {
        var end = _at;
        while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] is '.' or '-' or '+')) end++;
        if (end == _at) return null;
        try
        {
            var value = JsonSerializer.Deserialize<JsonElement>(text.AsSpan(_at, end - _at));
            _at = end;
            return value;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>A text in quotes of either kind, or null where none stands here.</summary>
    public string? Quoted()
    {
        if (Next is not ('\'' or '"')) return null;
        var quote = text[_at++];
        var value = new StringBuilder();
        while (Next != quote)
        {
            if (IsAtEnd) throw Error();
            value.Append(Take("\\") ? Escaped() : text[_at++]);
        }
        _at++;
        return value.ToString();
    }

    private char Escaped()
    {
        if (IsAtEnd) throw Error();
        var c = text[_at++];
        switch (c)
        {
            case 'b': return '\b';
            case 'f': return '\f';
            case 'n': return '\n';
            case 'r': return '\r';
            case 't': return '\t';
            case '/' or '\\' or '\'' or '"': return c;
            case 'u' when _at + 4 <= text.Length
                && ushort.TryParse(text.AsSpan(_at, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit):
                _at += 4;
                return (char)unit;
            default:
                _at--;
                throw Error();
        }
    }
}
