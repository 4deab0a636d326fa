using Hedgerow.Postgres;
using Hedgerow.Rest.Request;
using Hedgerow.Rest.Schema;

namespace Hedgerow.Rest.Plan;

/// <summary>Resolves the columns of each resource: what is selected (with <c>*</c> expanded where it must be), filtered and sorted by.</summary>
internal static class FieldPlanner
{
    public static ApiError? Plan(NodeDraft root, FieldResolver resolver, SchemaCache schema)
    {
        Select(root, resolver, schema, aggregatesAbove: false);
        return Complete(root, resolver);
    }

    private static ApiError? Complete(NodeDraft node, FieldResolver resolver)
    {
        foreach (var tree in node.Filters)
        {
            if (Misused(tree, node, resolver) is { } name)
                return new(400, "PGRST120", $"Bad operator on the '{name}' embedded resource", "Only is null or not is null filters are allowed on embedded resources");
            node.Where.Add(Plan(tree, node, resolver));
        }
        foreach (var term in node.Sorting)
        {
            if (term.Relation is null)
            {
                node.Order.Add(new(resolver.Sorted(node.Table, term.Field), null, term.Descending, term.NullsFirst));
                continue;
            }
            var child = node.Children.Find(c => c.Key == term.Relation);
            if (child is null) return RequestPlacer.NotEmbedded(term.Relation);
            if (!child.IsToOne)
                return new(400, "PGRST118", $"A related order on '{child.Key}' is not possible",
                    $"'{node.Table.Name}' and '{child.Key}' do not form a many-to-one or one-to-one relationship");
            node.Order.Add(new(new PlannedField(term.Field.Name, term.Field.Path), child.EmbedAlias, term.Descending, term.NullsFirst));
        }
        foreach (var child in node.Children)
            if (Complete(child, resolver) is { } error) return error;
        return null;
    }

    public static Condition Plan(LogicTree tree, QualifiedName table, FieldResolver resolver) => tree switch
    {
        Filter filter => new FieldCondition(resolver.Filtered(table, filter.Field, filter.Operation), filter.Negated, filter.Operation),
        LogicGroup group => new ConditionGroup(group.Negated, group.IsOr, [.. group.Terms.Select(t => Plan(t, table, resolver))]),
        _ => throw new NotSupportedException(tree.GetType().Name),
    };

    /// <summary>As above, where <c>embedded=is.null</c> may be meant for the embedded resource rather than for a column.</summary>
    private static Condition Plan(LogicTree tree, NodeDraft node, FieldResolver resolver) => tree switch
    {
        Filter { Field: { Path.IsEmpty: true } field, Operation: IsOperation { Value: IsValue.Null } } filter
            when node.Children.Find(c => c.Key == field.Name) is { } child => new EmbedCondition(child.EmbedAlias, Present: filter.Negated),
        LogicGroup group => new ConditionGroup(group.Negated, group.IsOr, [.. group.Terms.Select(t => Plan(t, node, resolver))]),
        _ => Plan(tree, node.Table, resolver),
    };

    /// <summary>The embedded resource that a filter compares as if it were a column; a column of the same name goes before it.</summary>
    private static string? Misused(LogicTree tree, NodeDraft node, FieldResolver resolver) => tree switch
    {
        Filter { Field: { Path.IsEmpty: true } field, Operation: not IsOperation { Value: IsValue.Null } } =>
            node.Children.Exists(c => c.Key == field.Name) && !resolver.IsColumn(node.Table, field.Name) ? field.Name : null,
        LogicGroup group => group.Terms.Select(t => Misused(t, node, resolver)).FirstOrDefault(name => name is not null),
        _ => null,
    };

    private static void Select(NodeDraft node, FieldResolver resolver, SchemaCache schema, bool aggregatesAbove)
    {
        var columns = schema.Tables.TryGetValue(node.Table, out var table) ? table.Columns : [];
        var aggregates = aggregatesAbove || node.SpreadsMany || node.Selected.Exists(s => s.Aggregate is not null);

        // An aggregate groups by every other column, a representation replaces some, a to-many spread turns each into an array:
        // all three need the columns one by one.
        var expand = node.Selected.Exists(s => IsStar(s) && (s.Aggregate is null || (node.IsSpread && s.Aggregate == Aggregate.Count)))
                     && (aggregates || columns.Any(resolver.HasOutputRepresentation));
        foreach (var selected in node.Selected)
        {
            if (expand && IsStar(selected) && selected.Aggregate is null)
            {
                foreach (var column in columns)
                    node.Columns.Add(WithAlias(new(resolver.Output(column), null, null, selected.Cast, selected.Alias), node.IsSpread));
                continue;
            }
            var field = resolver.Output(node.Table, selected.Field);
            if (expand && node.IsSpread && IsStar(selected) && selected.Aggregate == Aggregate.Count) field = field with { WholeRow = true };
            node.Columns.Add(WithAlias(new(field, selected.Aggregate, selected.AggregateCast, selected.Cast, selected.Alias), node.IsSpread));
        }
        foreach (var child in node.Children) Select(child, resolver, schema, aggregates);
    }

    private static bool IsStar(SelectField field) => field.Field is { Name: "*", Path.IsEmpty: true };

    /// <summary>A JSON path is named after its last key, a represented column after itself, a spread's aggregate after its function.</summary>
    private static SelectColumn WithAlias(SelectColumn column, bool isSpread)
    {
        if (column.Alias is not null) return column;
        if (column.Aggregate is { } aggregate) return isSpread ? column with { Alias = aggregate.ToString().ToLowerInvariant() } : column;
        if (!column.Field.Path.IsEmpty) return column with { Alias = LastKey(column.Field) };
        return column.Field.Transform is null ? column : column with { Alias = column.Field.Name };
    }

    private static string LastKey(PlannedField field)
    {
        for (var i = field.Path.Length - 1; i >= 0; i--)
            if (!field.Path[i].IsIndex) return field.Path[i].Key;
        return field.Name;
    }
}
