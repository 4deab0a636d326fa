using Hedgerow.Postgres;
using Hedgerow.Rest.Request;

namespace Hedgerow.Rest.Plan;

/// <summary>
/// Spreads and the aggregates in them. An aggregate inside a to-one spread is computed where its columns end up, in the nearest
/// ancestor that is no such spread (<c>/projects?select=client_id,...invoices(total.sum())</c> sums per client).
/// </summary>
internal static class AggregatePlanner
{
    private sealed record Hoisted(string EmbedAlias, string Column, Aggregate Aggregate, string? Cast, string? Alias);

    public static ApiError? Plan(NodeDraft root, bool allowed)
    {
        NameSpreadColumns(root);
        if (!allowed && HasAggregates(root)) return new(400, "PGRST123", "Use of aggregate functions is not allowed");
        Hoist(root);
        return MoveSpreadOrder(root);
    }

    private static bool HasAggregates(NodeDraft node) =>
        node.Columns.Exists(c => c.Aggregate is not null) || node.Children.Exists(HasAggregates);

    private static void NameSpreadColumns(NodeDraft node)
    {
        foreach (var child in node.Children) NameSpreadColumns(child);
        if (!node.IsSpread) return;
        foreach (var column in node.Columns) node.SpreadColumns.Add(new(column.Alias ?? column.Field.Name));
        foreach (var child in node.Children)
        {
            if (child.IsSpread) node.SpreadColumns.AddRange(child.SpreadColumns);
            else if (!child.IsSilent) node.SpreadColumns.Add(new(child.Key));
        }
    }

    private static List<Hoisted> Hoist(NodeDraft node)
    {
        var below = node.Children.SelectMany(Hoist).ToList();
        if (node.Depth == 0 || !node.SpreadsOne)
        {
            foreach (var child in node.Children) Apply(child, below);
            return [];
        }
        var hoisted = below.ConvertAll(h => h with { EmbedAlias = node.EmbedAlias });
        for (var i = 0; i < node.Columns.Count; i++)
        {
            if (node.Columns[i] is not { Aggregate: { } aggregate } column) continue;
            hoisted.Add(new(node.EmbedAlias, column.Alias ?? column.Field.Name, aggregate, column.AggregateCast, column.Alias));
            node.Columns[i] = column with { Aggregate = null, AggregateCast = null };
        }
        return hoisted;
    }

    private static void Apply(NodeDraft child, List<Hoisted> hoisted)
    {
        for (var i = 0; i < child.SpreadColumns.Count; i++)
        {
            var column = child.SpreadColumns[i];
            if (hoisted.Find(h => h.EmbedAlias == child.EmbedAlias && h.Column == column.Source) is { } found)
                child.SpreadColumns[i] = column with { Aggregate = found.Aggregate, Cast = found.Cast, Alias = found.Alias };
        }
    }

    /// <summary>The arrays of a to-many spread are ordered as they are built; what they are ordered by is selected inside under a name of its own.</summary>
    private static ApiError? MoveSpreadOrder(NodeDraft node)
    {
        if (node.SpreadsMany)
        {
            if (node.Columns.Exists(c => c.Aggregate is not null)
                || node.Children.Exists(c => c.IsSpread && c.SpreadColumns.Exists(s => s.Aggregate is not null)))
                return new(400, "PGRST127", "Feature not implemented", "Aggregates are not implemented for one-to-many or many-to-many spreads.");
            foreach (var term in node.Order)
            {
                var alias = $"{node.EmbedAlias}_{term.Field.Name}_{node.SpreadSorting.Count + 1}";
                node.SpreadSorting.Add(new(term.Field, term.EmbedAlias, alias));
                node.SpreadOrder.Add(new(PlannedField.Named(alias), null, term.Descending, term.NullsFirst));
            }
            node.Order = [];
        }
        foreach (var child in node.Children)
            if (MoveSpreadOrder(child) is { } error) return error;
        return null;
    }
}
