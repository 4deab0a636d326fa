using System.Collections.Immutable;

namespace Hedgerow.Rest.Request.Grammar;

/// <summary>The grammar of <c>order=</c>.</summary>
internal ref partial struct QueryGrammar
{
    public bool OrderTerms(out ImmutableArray<OrderTerm> terms)
    {
        terms = [];
        var found = ImmutableArray.CreateBuilder<OrderTerm>();
        while (true)
        {
            Spaces();
            if (!RelatedTerm(out var term) && !OwnTerm(out term)) return false;
            found.Add(term);
            Spaces();
            if (found.Count > 1) _error = null;
            if (!Char(',')) break;
        }
        terms = found.ToImmutable();
        return true;
    }

    /// <summary><c>relation(column).desc</c>.</summary>
    private bool RelatedTerm(out OrderTerm term)
    {
        var mark = Here();
        term = null!;
        if (!FieldName(out var relation) || !Char('(') || !Field(out var field) || !Char(')')) return Back(mark);
        return Direction(field, relation, out term) || Back(mark);
    }

    /// <summary><c>column.desc.nullslast</c>. Consumes on failure.</summary>
    private bool OwnTerm(out OrderTerm term)
    {
        term = null!;
        return Field(out var field) && Direction(field, null, out term);
    }

    private bool Direction(Field field, string? relation, out OrderTerm term)
    {
        bool? descending = Suffix("asc") ? false : Suffix("desc") ? true : null;
        bool? nullsFirst = Suffix("nullsfirst") ? true : Suffix("nullslast") ? false : null;
        term = new(field, relation, descending, nullsFirst);
        return Ahead(",") || End();
    }

    private bool Suffix(string word)
    {
        var mark = Here();
        return (Delimiter() && String(word)) || Back(mark);
    }
}
