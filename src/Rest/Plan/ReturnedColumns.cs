using System.Collections.Immutable;
using Hedgerow.Rest.Schema;

namespace Hedgerow.Rest.Plan;

/// <summary>Which columns a mutation or a function must return so that the answer, and what is embedded in it, can be made from them.</summary>
internal static class ReturnedColumns
{
    /// <returns><c>*</c> alone where every column is needed; sorted otherwise, each once.</returns>
    public static ImmutableArray<string> Of(ReadNode tree, ImmutableArray<string> primaryKey)
    {
        // Whatever * selects must not be returned twice, and what a computed relationship reads is unknown.
        if (tree.Columns.Any(c => c.Field.Name == "*") || tree.Embeds.Any(e => e.Link is ComputedRelationship)) return ["*"];
        var names = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var column in tree.Columns) names.Add(column.Field.Name);
        foreach (var embed in tree.Embeds)
            if (embed.Link is ForeignKeyRelationship link) names.UnionWith(SourceColumns(link.Cardinality));
        names.UnionWith(primaryKey);
        return [.. names];
    }

    public static void AddFields(Condition condition, ISet<string> names)
    {
        switch (condition)
        {
            case FieldCondition field:
                names.Add(field.Field.Name);
                break;
            case ConditionGroup group:
                foreach (var term in group.Terms) AddFields(term, names);
                break;
        }
    }

    private static IEnumerable<string> SourceColumns(Cardinality cardinality) => cardinality switch
    {
        ManyToOne c => c.Columns.Select(p => p.From),
        OneToMany c => c.Columns.Select(p => p.From),
        OneToOne c => c.Columns.Select(p => p.From),
        ManyToMany c => c.ToSource.Select(p => p.To),
        _ => [],
    };
}
