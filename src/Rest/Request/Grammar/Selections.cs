using System.Collections.Immutable;

namespace Hedgerow.Rest.Request.Grammar;

/// <summary>The grammar of <c>select=</c>.</summary>
internal ref partial struct QueryGrammar
{
    /// <summary>Items with commas between them; none at all is allowed.</summary>
    public bool SelectItems(out ImmutableArray<SelectItem> items)
    {
        items = [];
        var start = _at;
        if (!SelectItem(out var item)) return _at == start && !TooDeep;
        var found = ImmutableArray.CreateBuilder<SelectItem>();
        found.Add(item);
        while (true)
        {
            if (found.Count > 1) _error = null;
            var before = _at;
            if (!Spaced(','))
            {
                if (_at != before) return false;
                break;
            }
            if (!SelectItem(out item)) return false;
            found.Add(item);
        }
        items = found.ToImmutable();
        return true;
    }

    private bool SelectItem(out SelectItem item)
    {
        item = null!;
        var start = _at;
        if (SpreadHead(out var spread)) return Embedded(out var items) && Set(spread with { Items = items }, out item);
        if (RelationHead(out var relation)) return Embedded(out var items) && Set(relation with { Items = items }, out item);
        return _at == start && SelectedField(out item);
    }

    private static bool Set(SelectItem value, out SelectItem item)
    {
        item = value;
        return true;
    }

    /// <summary><c>(…)</c>. Consumes on failure.</summary>
    private bool Embedded(out ImmutableArray<SelectItem> items)
    {
        items = [];
        if (!Char('(')) return false;
        if (++_depth > maxDepth)
        {
            TooDeep = true;
            return false;
        }
        var matched = SelectItems(out items) && Char(')');
        _depth--;
        return matched;
    }

    /// <summary><c>...relation!hint!inner</c> before its parenthesis.</summary>
    private bool SpreadHead(out SelectSpread spread)
    {
        var mark = Here();
        spread = null!;
        Spaces();
        if (!String("...") || !FieldName(out var name) || !EmbedParameters(out var hint, out var join) || !Ahead("(")) return Back(mark);
        Spaces();
        spread = new(name, hint, join, []);
        return true;
    }

    /// <summary><c>alias:relation!hint!inner</c> before its parenthesis.</summary>
    private bool RelationHead(out SelectRelation relation)
    {
        var mark = Here();
        relation = null!;
        Spaces();
        var alias = Alias();
        // count() is an aggregate.
        if (!FieldName(out var name) || name == "count" || !EmbedParameters(out var hint, out var join) || !Ahead("(")) return Back(mark);
        Spaces();
        relation = new(name, hint, join, [], alias);
        return true;
    }

    /// <summary><c>name:</c>, where no second colon follows; null where there is none.</summary>
    private string? Alias()
    {
        var mark = Here();
        if (FieldName(out var name) && Char(':') && NotFollowedBy(':')) return name;
        Back(mark);
        return null;
    }

    /// <summary>Up to two of <c>!hint</c>, <c>!inner</c>, <c>!left</c>; of two alike the first counts. Consumes on failure.</summary>
    private bool EmbedParameters(out string? hint, out JoinType? join)
    {
        (hint, join) = (null, null);
        for (var i = 0; i < 2; i++)
        {
            if (!Char('!')) continue;
            if (TryString("left")) join ??= JoinType.Left;
            else if (TryString("inner")) join ??= JoinType.Inner;
            else
            {
                var mark = Here();
                if (!FieldName(out var name)) return Back(mark);
                hint ??= name;
            }
        }
        return true;
    }

    private bool SelectedField(out SelectItem item)
    {
        item = null!;
        Spaces();
        if (!Star(out item) && !CountOfRows(out item) && !ColumnOrAggregate(out item)) return false;
        Spaces();
        return true;
    }

    private bool Star(out SelectItem item)
    {
        var mark = Here();
        item = new SelectField(new("*", []), null, null, null, null);
        return (String("*") && ItemEnd()) || Back(mark);
    }

    /// <summary><c>alias:count()::cast</c>.</summary>
    private bool CountOfRows(out SelectItem item)
    {
        var mark = Here();
        item = null!;
        var alias = Alias();
        if (!String("count()") || !Cast(out var cast) || !ItemEnd()) return Back(mark);
        item = new SelectField(new("*", []), Aggregate.Count, cast, null, alias);
        return true;
    }

    /// <summary><c>alias:column->path::cast.sum()::cast</c>. Consumes on failure.</summary>
    private bool ColumnOrAggregate(out SelectItem item)
    {
        item = null!;
        var alias = Alias();
        if (!Field(out var field) || !Cast(out var cast)) return false;
        var aggregate = AggregateCall();
        if (!Cast(out var aggregateCast) || !ItemEnd()) return false;
        item = new SelectField(field, aggregate, aggregateCast, cast, alias);
        return true;
    }

    /// <summary><c>::type</c>, or nothing. Consumes on failure.</summary>
    private bool Cast(out string? type)
    {
        type = null;
        var start = _at;
        if (!String("::")) return _at == start;
        if (!Identifier(out var name)) return false;
        type = name;
        return true;
    }

    /// <summary><c>.sum()</c>; null where there is none.</summary>
    private Aggregate? AggregateCall()
    {
        var mark = Here();
        Aggregate? aggregate = null;
        if (Char('.'))
        {
            if (TryString("sum")) aggregate = Aggregate.Sum;
            else if (TryString("avg")) aggregate = Aggregate.Avg;
            else if (TryString("count")) aggregate = Aggregate.Count;
            else if (TryString("max")) aggregate = Aggregate.Max;
            else if (TryString("min")) aggregate = Aggregate.Min;
        }
        if (aggregate is not null && String("()")) return aggregate;
        Back(mark);
        return null;
    }

    private bool ItemEnd() => Ahead(")") || Ahead(",") || End();
}
