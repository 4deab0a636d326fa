using System.Buffers;
using System.Collections.Immutable;

namespace Hedgerow.Rest.Request.Grammar;

/// <summary>The grammar of filters, and of <c>and=</c> and <c>or=</c>.</summary>
internal ref partial struct QueryGrammar
{
    private const string OperatorRule = "operator (eq, gt, ...)";
    private const string UnknownOperatorRule = "unknown single value operator";

    private static readonly SearchValues<char> ListEnd = SearchValues.Create(",)");
    private static readonly SearchValues<char> Braces = SearchValues.Create("{}");

    private static readonly (string Name, QuantifiedOperator Operator)[] Quantified =
    [
        ("eq", QuantifiedOperator.Equal), ("gte", QuantifiedOperator.GreaterThanEqual), ("gt", QuantifiedOperator.GreaterThan),
        ("lte", QuantifiedOperator.LessThanEqual), ("lt", QuantifiedOperator.LessThan), ("like", QuantifiedOperator.Like),
        ("ilike", QuantifiedOperator.ILike), ("match", QuantifiedOperator.Match), ("imatch", QuantifiedOperator.IMatch),
    ];

    private static readonly (string Name, SimpleOperator Operator)[] Simple =
    [
        ("neq", SimpleOperator.NotEqual), ("cs", SimpleOperator.Contains), ("cd", SimpleOperator.ContainedIn),
        ("ov", SimpleOperator.Overlaps), ("sl", SimpleOperator.StrictlyLeft), ("sr", SimpleOperator.StrictlyRight),
        ("nxr", SimpleOperator.NotExtendsRight), ("nxl", SimpleOperator.NotExtendsLeft), ("adj", SimpleOperator.Adjacent),
    ];

    private static readonly (string Name, FullTextOperator Operator)[] FullText =
    [
        ("fts", FullTextOperator.Plain), ("plfts", FullTextOperator.PlainTo),
        ("phfts", FullTextOperator.PhraseTo), ("wfts", FullTextOperator.WebSearch),
    ];

    /// <summary>How many characters were consumed; where a rule failed at 0, another reading of the text may be tried.</summary>
    public readonly int Consumed => _at;

    /// <summary><c>not.op.value</c>. In a tree a value ends at a comma or parenthesis, else it is the whole rest.</summary>
    public bool Condition(bool inTree, out bool negated, out Operation operation)
    {
        var mark = Here();
        negated = String("not") && Delimiter();
        if (!negated) Back(mark);
        var naming = Naming();
        return Named(naming, AnyOperation(inTree, out operation), OperatorRule);
    }

    private bool AnyOperation(bool inTree, out Operation operation)
    {
        operation = null!;
        var start = _at;
        if (Keyword("in")) return List(out operation);
        if (Keyword("is")) return Is(out operation);
        if (Keyword("isdistinct"))
        {
            operation = new IsDistinctOperation(Value(inTree));
            return true;
        }
        return _at == start
            && (FullTextSearch(inTree, out operation) || SimpleComparison(inTree, out operation) || QuantifiedComparison(inTree, out operation));
    }

    /// <summary>A word and the delimiter after it.</summary>
    private bool Keyword(string word)
    {
        var mark = Here();
        return (String(word) && Delimiter()) || Back(mark);
    }

    private bool Is(out Operation operation)
    {
        var naming = Naming();
        operation = null!;
        IsValue? value =
            AnyCase("null") ? IsValue.Null
            : AnyCase("not_null") ? IsValue.NotNull
            : AnyCase("true") ? IsValue.True
            : AnyCase("false") ? IsValue.False
            : AnyCase("unknown") ? IsValue.Unknown
            : null;
        if (value is { } found) operation = new IsOperation(found);
        return Named(naming, value is not null, "isVal: (null, not_null, true, false, unknown)");
    }

    /// <summary>A lower-case word in any case. It fails at the character that differs.</summary>
    private bool AnyCase(string word)
    {
        var mark = Here();
        foreach (var c in word)
        {
            if (!AtEnd && (_text[_at] == c || _text[_at] == char.ToUpperInvariant(c)))
            {
                Advance(1);
                continue;
            }
            if (_explain) Refuse(ParseError.Quoted(c.ToString()), ParseError.Quoted(char.ToUpperInvariant(c).ToString()));
            return Back(mark);
        }
        return true;
    }

    private bool FullTextSearch(bool inTree, out Operation operation)
    {
        operation = null!;
        var mark = Here();
        foreach (var (name, op) in FullText)
        {
            if (!TryString(name)) continue;
            var language = Language();
            if (!Delimiter()) return Back(mark);
            operation = new FullTextOperation(op, language, Value(inTree));
            return true;
        }
        return Back(mark);
    }

    private string? Language()
    {
        var mark = Here();
        if (Char('(') && Identifier(out var name) && Char(')')) return name;
        Back(mark);
        return null;
    }

    private bool SimpleComparison(bool inTree, out Operation operation)
    {
        operation = null!;
        var mark = Here();
        var naming = Naming();
        foreach (var (name, op) in Simple)
        {
            if (!TryString(name)) continue;
            if (!Delimiter()) return Back(mark);
            operation = new SimpleOperation(op, Value(inTree));
            return true;
        }
        return Named(naming, false, UnknownOperatorRule) || Back(mark);
    }

    private bool QuantifiedComparison(bool inTree, out Operation operation)
    {
        operation = null!;
        var mark = Here();
        var naming = Naming();
        foreach (var (name, op) in Quantified)
        {
            if (!TryString(name)) continue;
            var quantifier = Quantifier();
            if (!Delimiter()) return Back(mark);
            operation = new QuantifiedOperation(op, quantifier, Value(inTree));
            return true;
        }
        return Named(naming, false, UnknownOperatorRule) || Back(mark);
    }

    private Quantifier? Quantifier()
    {
        var mark = Here();
        if (Char('('))
        {
            if (TryString("any") && Char(')')) return Request.Quantifier.Any;
            if (_at == mark.At + 1 && String("all") && Char(')')) return Request.Quantifier.All;
        }
        Back(mark);
        return null;
    }

    private string Value(bool inTree)
    {
        if (inTree) return TreeValue();
        var value = new string(Rest);
        Advance(Rest.Length);
        return value;
    }

    /// <summary>A quoted value, an array literal <c>{…}</c>, or what stands before the next comma or parenthesis.</summary>
    private string TreeValue()
    {
        if (QuotedElement(out var value)) return value;
        if (!AtEnd && _text[_at] == '{')
        {
            var length = Rest[1..].IndexOfAny(Braces);
            if (length >= 0 && Rest[length + 1] == '}')
            {
                value = new string(Rest[..(length + 2)]);
                Advance(length + 2);
                return value;
            }
        }
        return UntilListEnd();
    }

    private string UntilListEnd()
    {
        var length = Rest.IndexOfAny(ListEnd);
        if (length < 0) length = Rest.Length;
        var value = new string(Rest[..length]);
        if (length > 0) Advance(length);
        if (_explain) Refuse();
        return value;
    }

    /// <summary>A quoted value that a comma, a parenthesis or the end follows; else the quotes are part of a plain one.</summary>
    private bool QuotedElement(out string value)
    {
        value = "";
        if (AtEnd || _text[_at] != '"') return false;
        var mark = Here();
        return (Quoted(out value) && (AtEnd || _text[_at] is ',' or ')')) || Back(mark);
    }

    /// <summary><c>(a,"b,c",d)</c>. Consumes on failure.</summary>
    private bool List(out Operation operation)
    {
        operation = null!;
        if (!Spaced('(')) return false;
        var values = ImmutableArray.CreateBuilder<string>();
        do values.Add(QuotedElement(out var value) ? value : UntilListEnd());
        while (Char(','));
        if (!Spaced(')')) return false;
        operation = new InOperation(values.ToImmutable());
        return true;
    }

    /// <summary><c>not.and(…)</c>, <c>or(…)</c>, or <c>column.op.value</c>. Consumes on failure.</summary>
    public bool Tree(out LogicTree tree)
    {
        tree = null!;
        if (TreeFilter(out var filter))
        {
            tree = filter;
            return true;
        }
        var naming = Naming();
        var negated = String("not") && Delimiter();
        if (!negated) Back(naming with { Error = null });
        Named(naming, true, "negation operator (not)");
        if (!LogicOperator(out var isOr) || !Spaced('(')) return false;
        if (++_depth > maxDepth)
        {
            TooDeep = true;
            return false;
        }
        var terms = ImmutableArray.CreateBuilder<LogicTree>();
        while (true)
        {
            if (!Tree(out var term)) return false;
            terms.Add(term);
            if (terms.Count > 1) _error = null;
            var start = _at;
            if (Spaced(',')) continue;
            // Spaces that were consumed before a missing comma are Parsec's point of no return.
            if (_at != start) return false;
            break;
        }
        _depth--;
        if (!Spaced(')')) return false;
        tree = new LogicGroup(negated, isOr, terms.ToImmutable());
        return true;
    }

    private bool LogicOperator(out bool isOr)
    {
        var naming = Naming();
        isOr = false;
        var matched = TryString("and") || (isOr = String("or"));
        return Named(naming, matched, "logic operator (and, or)");
    }

    private bool TreeFilter(out Filter filter)
    {
        var mark = Here();
        filter = null!;
        if (!Field(out var field) || !Delimiter() || !Condition(inTree: true, out var negated, out var operation)) return Back(mark);
        filter = new(field, negated, operation);
        return true;
    }
}
