using System.Collections.Immutable;
using Hedgerow.Postgres;
using Hedgerow.Rest.Request;
using Hedgerow.Rest.Schema;

namespace Hedgerow.Rest.Plan;

/// <summary>A <see cref="ReadNode"/> in the making: filled stage by stage while one request is planned, then frozen.</summary>
internal sealed class NodeDraft(string name, string? alias, string? hint, JoinType? join, bool isSpread, int depth)
{
    /// <summary>What the request calls the resource: the table for the root, the embedding target otherwise.</summary>
    public string Name => name;

    public string? Alias => alias;
    public string? Hint => hint;
    public JoinType? Join => join;
    public bool IsSpread => isSpread;
    public int Depth => depth;

    /// <summary>The key in the answer, and the name that filters use.</summary>
    public string Key => alias ?? name;

    // As requested.
    public List<SelectField> Selected { get; } = [];
    public List<NodeDraft> Children { get; } = [];
    public List<LogicTree> Filters { get; } = [];
    public ImmutableArray<OrderTerm> Sorting { get; set; } = [];
    public RowRange Range { get; set; } = RowRange.All;

    /// <summary>Whether a filter reached it by its target's name although it has an alias (deprecated in PostgREST).</summary>
    public bool ReachedByLegacyName { get; set; }

    // As resolved.
    public QualifiedName Table { get; set; }
    public Source? From { get; set; }
    public Relationship? Link { get; set; }
    public string EmbedAlias { get; set; } = "";
    public ImmutableArray<JoinCondition> Joins { get; set; } = [];
    public QualifiedName? Junction { get; set; }
    public List<SelectColumn> Columns { get; set; } = [];
    public List<Condition> Where { get; set; } = [];
    public List<Ordering> Order { get; set; } = [];
    public List<SpreadColumn> SpreadColumns { get; set; } = [];
    public List<SortColumn> SpreadSorting { get; set; } = [];
    public List<Ordering> SpreadOrder { get; set; } = [];

    public bool IsToOne => Link is { ToOne: true };
    public bool SpreadsOne => isSpread && IsToOne;
    public bool SpreadsMany => isSpread && !IsToOne;

    /// <summary>Whether neither it nor anything inside it selects something.</summary>
    public bool IsSilent => Columns.Count == 0 && Children.TrueForAll(c => c.IsSilent);

    public ReadNode Freeze() => new()
    {
        From = From!,
        Columns = [.. Columns],
        Where = [.. Where],
        Order = [.. Order],
        Range = Range,
        Embeds = [.. Children.Select(c => c.FreezeEmbed())],
    };

    private Embed FreezeEmbed() => new(Key, EmbedAlias, Link!, join, Shape(), Freeze(), Joins, Junction);

    private EmbedShape Shape() => (IsSpread, IsToOne) switch
    {
        (true, true) => new SpreadShape([.. SpreadColumns]),
        (true, false) => new SpreadArraysShape([.. SpreadColumns], [.. SpreadOrder], [.. SpreadSorting]),
        (false, true) => new ObjectShape(IsSilent),
        _ => new ArrayShape(IsSilent),
    };
}
