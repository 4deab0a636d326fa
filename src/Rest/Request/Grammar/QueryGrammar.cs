using System.Collections.Immutable;
using System.Text;

namespace Hedgerow.Rest.Request.Grammar;

/// <summary>
/// A parser for the values of PostgREST's query parameters, by recursive descent over the text in place. A rule returns false
/// where it does not match; it has consumed nothing then, unless it says otherwise, and an alternative is tried only after
/// one that consumed nothing: the rules of Parsec, so that the same texts are accepted and the same error is told.
/// Errors cost: a text is parsed without them, and once more with them (<c>explain</c>) where it turned out wrong.
/// </summary>
internal ref partial struct QueryGrammar(ReadOnlySpan<char> text, bool explain, int maxDepth)
{
    private readonly ReadOnlySpan<char> _text = text;
    private readonly bool _explain = explain;
    private int _at = 0;
    private int _depth = 0;

    /// <summary>The farthest failure since the last character that was consumed for good.</summary>
    private ParseError? _error = null;

    public readonly ParseError? Error => _error;

    /// <summary>True where the text was refused for its depth; the grammar itself has no bound.</summary>
    public bool TooDeep { get; private set; }

    private readonly bool AtEnd => _at >= _text.Length;

    private readonly ReadOnlySpan<char> Rest => _text[_at..];

    private readonly record struct Mark(int At, ParseError? Error);

    private readonly Mark Here() => new(_at, _error);

    /// <summary>Goes back to where an attempt began and keeps what it found wrong (Parsec's <c>try</c>). Always false.</summary>
    private bool Back(Mark mark)
    {
        _at = mark.At;
        if (_explain) _error = ParseError.Merge(mark.Error, _error);
        return false;
    }

    private bool Advance(int count)
    {
        _at += count;
        _error = null;
        return true;
    }

    /// <summary>The next character, as an error shows it; empty at the end.</summary>
    private readonly string Next()
    {
        if (AtEnd) return "";
        return Rune.DecodeFromUtf16(Rest, out var rune, out _) == System.Buffers.OperationStatus.Done ? rune.ToString() : "\uFFFD";
    }

    /// <summary>Notes that the next character is not what could stand here. Always false.</summary>
    private bool Refuse(params ReadOnlySpan<string> expected)
    {
        if (_explain)
        {
            var next = Next();
            _error = ParseError.Merge(_error, new(_at, [next.Length == 0 ? "" : ParseError.Quoted(next)], [], [.. expected]));
        }
        return false;
    }

    private bool Char(char c)
    {
        if (!AtEnd && _text[_at] == c) return Advance(1);
        return _explain && Refuse(ParseError.Quoted(c.ToString()));
    }

    /// <summary>A fixed text. One that matches in part has consumed, although the error stands at its beginning.</summary>
    private bool String(string expected)
    {
        if (Rest.StartsWith(expected, StringComparison.Ordinal)) return Advance(expected.Length);
        var common = Rest.CommonPrefixLength(expected);
        if (_explain)
        {
            var found = _at + common < _text.Length ? ParseError.Quoted(_text[_at + common].ToString()) : "";
            _error = ParseError.Merge(_error, new(_at, [found], [], [ParseError.Quoted(expected)]));
        }
        if (common > 0) _at++;
        return false;
    }

    /// <summary>A fixed text or nothing consumed.</summary>
    private bool TryString(string expected)
    {
        var mark = Here();
        return String(expected) || Back(mark);
    }

    /// <summary>Whether a fixed text comes next; consumes nothing.</summary>
    private bool Ahead(string expected)
    {
        var mark = Here();
        if (!String(expected)) return Back(mark);
        (_at, _error) = (mark.At, mark.Error);
        return true;
    }

    private bool End()
    {
        if (AtEnd) return true;
        if (_explain) _error = ParseError.Merge(_error, new(_at, [], [ParseError.Quoted(Next(), '\'')], ["end of input"]));
        return false;
    }

    /// <summary>True where the next character is not <paramref name="c"/>; consumes nothing.</summary>
    private bool NotFollowedBy(char c)
    {
        if (AtEnd || _text[_at] != c)
        {
            if (_explain) Refuse(ParseError.Quoted(c.ToString()));
            return true;
        }
        if (_explain) _error = ParseError.Merge(_error, new(_at + 1, [], [ParseError.Quoted(c.ToString(), '\'')], []));
        return false;
    }

    private bool Delimiter()
    {
        if (!AtEnd && _text[_at] == '.') return Advance(1);
        return _explain && Refuse("delimiter (.)");
    }

    private void Spaces()
    {
        while (!AtEnd && _text[_at] is ' ' or '\t') Advance(1);
        if (_explain) Refuse();
    }

    /// <summary>A character with spaces around it allowed.</summary>
    private bool Spaced(char c)
    {
        Spaces();
        if (!Char(c)) return false;
        Spaces();
        return true;
    }

    /// <summary>Begins a rule that errors know by a name: to be closed by <see cref="Named"/>.</summary>
    private Mark Naming()
    {
        var mark = Here();
        _error = null;
        return mark;
    }

    /// <summary>Where the rule since <paramref name="mark"/> consumed nothing, its name stands for what it would have expected.</summary>
    private bool Named(Mark mark, bool matched, string name)
    {
        if (!_explain || _at != mark.At) return matched;
        if (_error is not null) _error = _error with { Expected = [name] };
        else if (!matched) _error = new(_at, [], [], [name]);
        _error = ParseError.Merge(mark.Error, _error);
        return matched;
    }
}
