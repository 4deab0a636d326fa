using System.Buffers;
using System.Collections.Immutable;
using System.Text;

namespace Hedgerow.Rest.Request.Grammar;

/// <summary>Names, quoted values, and paths into JSON.</summary>
internal ref partial struct QueryGrammar
{
    private const string FieldNameRule = "field name (* or [a..z0..9_$])";
    private const string JsonKeyRule = "any non reserved character different from: .,>()";

    private static readonly SearchValues<char> PlainIdentifier =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_$ ");

    private static readonly SearchValues<char> NoJsonKey = SearchValues.Create("(-:.,>)");
    private static readonly SearchValues<char> NoQuoted = SearchValues.Create("\\\"");

    /// <summary>A quoted name, or words of letters, digits, <c>_ $</c> and spaces with dashes between them.</summary>
    private bool FieldName(out string name)
    {
        var mark = Naming();
        var matched = Quoted(out name) || (_at == mark.At && Dashed(json: false, out name));
        return Named(mark, matched, FieldNameRule);
    }

    /// <summary><c>"…"</c>, a backslash before a character that stands for itself. Consumes on failure.</summary>
    private bool Quoted(out string value)
    {
        value = "";
        if (!Char('"')) return false;
        var first = _at;
        StringBuilder? unescaped = null;
        while (true)
        {
            var length = Rest.IndexOfAny(NoQuoted);
            if (length < 0) length = Rest.Length;
            unescaped?.Append(Rest[..length]);
            _at += length;
            if (AtEnd || _text[_at] != '\\') break;
            unescaped ??= new StringBuilder().Append(_text[first.._at]);
            _at++;
            if (AtEnd)
            {
                _error = null;
                return Refuse();
            }
            unescaped.Append(_text[_at++]);
        }
        _error = null;
        if (_explain) Refuse(ParseError.Quoted("\\"));
        value = unescaped?.ToString() ?? new string(_text[first.._at]);
        return Char('"');
    }

    /// <summary>Words with single dashes between them; <c>-&gt;</c> is an arrow and no dash. Consumes on failure.</summary>
    private bool Dashed(bool json, out string name)
    {
        if (!Word(json, out name)) return false;
        StringBuilder? joined = null;
        while (Dash())
        {
            if (!Word(json, out var next)) return false;
            (joined ??= new StringBuilder(name)).Append('-').Append(next);
        }
        if (joined is not null) name = joined.ToString();
        return true;
    }

    private bool Dash()
    {
        var mark = Here();
        return (Char('-') && NotFollowedBy('>')) || Back(mark);
    }

    private bool Word(bool json, out string word)
    {
        if (!json) return Identifier(out word);
        var length = Rest.IndexOfAny(NoJsonKey);
        if (length < 0) length = Rest.Length;
        word = new string(Rest[..length].Trim());
        if (length > 0) Advance(length);
        if (_explain) Refuse();
        return length > 0;
    }

    /// <summary>One or more letters, digits, <c>_ $</c> or spaces, without the spaces around them.</summary>
    private bool Identifier(out string name)
    {
        var length = 0;
        while (true)
        {
            var rest = Rest[length..];
            var plain = rest.IndexOfAnyExcept(PlainIdentifier);
            if (plain < 0)
            {
                length += rest.Length;
                break;
            }
            length += plain;
            if (rest[plain] < 128 || Rune.DecodeFromUtf16(rest[plain..], out var rune, out var width) != OperationStatus.Done || !Rune.IsLetter(rune)) break;
            length += width;
        }
        name = new string(Rest[..length].Trim());
        if (length > 0) Advance(length);
        if (_explain) Refuse("letter", "digit");
        return length > 0;
    }

    /// <summary>A name and the path into it, with spaces around allowed. Consumes on failure.</summary>
    private bool Field(out Field field)
    {
        field = null!;
        Spaces();
        if (!FieldName(out var name) || !JsonPath(out var path)) return false;
        Spaces();
        field = new(name, path);
        return true;
    }

    /// <summary>Any number of <c>-></c> and <c>->></c> steps. Consumes on failure.</summary>
    private bool JsonPath(out ImmutableArray<JsonStep> path)
    {
        path = [];
        ImmutableArray<JsonStep>.Builder? steps = null;
        while (true)
        {
            if (steps is not null) _error = null;
            var asText = TryString("->>");
            if (!asText && !TryString("->")) break;
            if (!JsonIndex(out var key, out var isIndex) && !JsonKey(out key)) return false;
            (steps ??= ImmutableArray.CreateBuilder<JsonStep>()).Add(new(asText, key, isIndex));
        }
        if (steps is not null) path = steps.ToImmutable();
        return true;
    }

    private bool JsonIndex(out string index, out bool isIndex)
    {
        var mark = Here();
        (index, isIndex) = ("", false);
        Char('-');
        var digits = Rest.IndexOfAnyExceptInRange('0', '9');
        if (digits < 0) digits = Rest.Length;
        if (digits > 0) Advance(digits);
        if (_explain) Refuse("digit");
        if (digits == 0) return Back(mark);
        var end = _at;
        if (!Ahead("->") && !Ahead("::") && !Ahead(".") && !Ahead(",") && !End()) return Back(mark);
        (index, isIndex) = (new string(_text[mark.At..end]), true);
        return true;
    }

    private bool JsonKey(out string key)
    {
        var mark = Here();
        var naming = Naming();
        var matched = Quoted(out key) || (_at == naming.At && Dashed(json: true, out key));
        return Named(naming, matched, JsonKeyRule) || Back(mark);
    }

    /// <summary>Names with dots between them and a path into the last: <c>clients.projects.data->>name</c>.</summary>
    public bool TreePath(out ImmutableArray<string> path, out Field field)
    {
        (path, field) = ([], null!);
        if (!DottedNames(out var names) || !JsonPath(out var steps)) return false;
        field = new(names[^1], steps);
        if (names.Count > 1) path = [.. names[..^1]];
        return true;
    }

    /// <summary>The place and the operator of <c>clients.not.or=</c>: [clients] and <c>not.or</c>.</summary>
    public bool LogicPath(out ImmutableArray<string> path, out string op)
    {
        (path, op) = ([], "");
        if (!DottedNames(out var names)) return false;
        op = names.Contains("not") ? $"not.{names[^1]}" : names[^1];
        path = [.. names[..^1].Where(n => n != "not")];
        return true;
    }

    private bool DottedNames(out List<string> names)
    {
        names = [];
        if (!FieldName(out var name)) return false;
        names.Add(name);
        while (true)
        {
            if (names.Count > 1) _error = null;
            if (!Delimiter()) return true;
            if (!FieldName(out name)) return false;
            names.Add(name);
        }
    }

    /// <summary>Names with commas between them: <c>columns=</c>, <c>on_conflict=</c>.</summary>
    public bool Names(out ImmutableArray<string> names)
    {
        var found = ImmutableArray.CreateBuilder<string>();
        names = [];
        if (!FieldName(out var name)) return false;
        found.Add(name);
        while (true)
        {
            if (found.Count > 1) _error = null;
            var start = _at;
            if (!Spaced(','))
            {
                if (_at != start) return false;
                break;
            }
            if (!FieldName(out name)) return false;
            found.Add(name);
        }
        names = found.ToImmutable();
        return true;
    }
}
