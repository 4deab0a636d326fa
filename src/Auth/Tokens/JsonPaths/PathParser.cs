using System.Collections.Immutable;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Hedgerow.Auth.Tokens.JsonPaths;

/// <summary>The grammar of paths (RFC 9535, appendix A).</summary>
internal sealed class PathParser(string text)
{
    /// <summary>Longer first: each is tried in its turn.</summary>
    private static readonly string[] s_operators = ["==", "!=", "<=", ">=", "<", ">"];

    private readonly PathScanner _scanner = new(text);

    /// <summary>The steps after <c>$</c>.</summary>
    public ImmutableArray<Segment> Path()
    {
        _scanner.Expect("$");
        var segments = Segments();
        return _scanner.IsAtEnd ? segments : throw _scanner.Error();
    }

    private ImmutableArray<Segment> Segments()
    {
        var segments = ImmutableArray.CreateBuilder<Segment>();
        while (true)
        {
            _scanner.SkipBlanks();
            if (_scanner.Take("..")) segments.Add(new(_scanner.Sees("[") ? Bracketed() : [Dotted()], Descends: true));
            else if (_scanner.Take(".")) segments.Add(new([Dotted()], Descends: false));
            else if (_scanner.Sees("[")) segments.Add(new(Bracketed(), Descends: false));
            else return segments.ToImmutable();
        }
    }

    private Selector Dotted() => _scanner.Take("*") ? new WildcardSelector() : new MemberSelector(_scanner.Name());

    private ImmutableArray<Selector> Bracketed()
    {
        _scanner.Expect("[");
        var selectors = ImmutableArray.CreateBuilder<Selector>();
        do
        {
            _scanner.SkipBlanks();
            selectors.Add(Selected());
            _scanner.SkipBlanks();
        }
        while (_scanner.Take(","));
        _scanner.Expect("]");
        return selectors.ToImmutable();
    }

    private Selector Selected()
    {
        if (_scanner.Quoted() is { } name) return new MemberSelector(name);
        if (_scanner.Take("*")) return new WildcardSelector();
        if (_scanner.Take("?")) return new FilterSelector(Any());
        var start = _scanner.Whole();
        _scanner.SkipBlanks();
        if (!_scanner.Take(":")) return new IndexSelector(start ?? throw _scanner.Error());
        _scanner.SkipBlanks();
        var end = _scanner.Whole();
        _scanner.SkipBlanks();
        if (!_scanner.Take(":")) return new SliceSelector(start, end, 1);
        _scanner.SkipBlanks();
        return new SliceSelector(start, end, _scanner.Whole() ?? 1);
    }

    private Condition Any()
    {
        var terms = Terms("||", All);
        return terms is [var only] ? only : new AnyOf(terms);
    }

    private Condition All()
    {
        var terms = Terms("&&", Term);
        return terms is [var only] ? only : new AllOf(terms);
    }

    private ImmutableArray<Condition> Terms(string between, Func<Condition> term)
    {
        var terms = ImmutableArray.CreateBuilder<Condition>();
        do terms.Add(term());
        while (_scanner.Take(between));
        return terms.ToImmutable();
    }

    /// <summary>One term with the blanks around it.</summary>
    private Condition Term()
    {
        _scanner.SkipBlanks();
        Condition term;
        if (_scanner.Take("!"))
        {
            term = new Not(Term());
        }
        else if (_scanner.Take("("))
        {
            term = Any();
            _scanner.Expect(")");
        }
        else
        {
            term = _scanner.Take("search(") ? Searched() : Compared();
        }
        _scanner.SkipBlanks();
        return term;
    }

    /// <summary>A comparison, or a path alone, which asks whether there is something.</summary>
    private Condition Compared()
    {
        var left = Operand();
        _scanner.SkipBlanks();
        if (Array.Find(s_operators, _scanner.Take) is { } comparison) return new Comparison(Single(left), comparison, Single(Operand()));
        return left is Query query ? new Exists(query) : throw _scanner.Error();
    }

    private Condition Searched()
    {
        var value = Single(Operand());
        _scanner.SkipBlanks();
        _scanner.Expect(",");
        _scanner.SkipBlanks();
        var pattern = _scanner.Quoted() ?? throw _scanner.Error();
        _scanner.SkipBlanks();
        _scanner.Expect(")");
        try
        {
            // Without backtracking: the time is linear whatever pattern and claim are.
            return new Search(value, new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant));
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw new FormatException($"the regular expression in the path \"{text}\" is not understood", e);
        }
    }

    private Operand Operand()
    {
        _scanner.SkipBlanks();
        if (_scanner.Take("@")) return new Query(FromRoot: false, Segments());
        if (_scanner.Take("$")) return new Query(FromRoot: true, Segments());
        if (_scanner.Quoted() is { } quoted) return new Literal(JsonSerializer.SerializeToElement(quoted));
        return _scanner.Plain() is { } plain ? new Literal(plain) : throw _scanner.Error();
    }

    /// <summary>Compared can only be what is one value at most.</summary>
    private Operand Single(Operand operand) => operand is Query { IsSingular: false }
        ? throw new FormatException($"the path \"{text}\" compares something that may be several values")
        : operand;
}
