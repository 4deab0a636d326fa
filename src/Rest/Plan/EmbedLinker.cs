using System.Collections.Immutable;
using Hedgerow.Postgres;
using Hedgerow.Rest.Schema;

namespace Hedgerow.Rest.Plan;

/// <summary>Follows a relationship to each embedded resource, names its subquery and states how it joins its parent.</summary>
internal static class EmbedLinker
{
    public static ApiError? Link(NodeDraft parent, SchemaCache cache, string schema)
    {
        foreach (var child in parent.Children)
        {
            if (!RelationshipFinder.Find(cache, schema, parent.Table.Name, child.Name, child.Hint).Ok(out var link, out var error)) return error;
            Connect(parent, child, link);
            if (Link(child, cache, schema) is { } deeper) return deeper;
        }
        return null;
    }

    private static void Connect(NodeDraft parent, NodeDraft child, Relationship link)
    {
        var alias = $"{link.Target.Name}_{child.Depth}";
        child.Link = link;
        child.Table = link.Target;
        child.EmbedAlias = $"{link.Source.Name}_{child.Key}_{child.Depth}";
        if (link is ComputedRelationship computed)
        {
            child.From = new ComputedSource(computed.Function, parent.From!.Reference.Name, computed.SourceRowType, alias);
            return;
        }
        child.From = new TableSource(link.Target, alias);
        var here = new QualifiedName("", alias);
        var above = parent.From!.Reference;
        switch (((ForeignKeyRelationship)link).Cardinality)
        {
            case ManyToOne c: child.Joins = Pairs(c.Columns, above, here); break;
            case OneToMany c: child.Joins = Pairs(c.Columns, above, here); break;
            case OneToOne c: child.Joins = Pairs(c.Columns, above, here); break;
            case ManyToMany c:
                var junction = new QualifiedName("", JunctionAlias(c.Junction, child.Depth));
                child.Junction = c.Junction;
                child.Joins = [
                    .. c.ToTarget.Select(p => new JoinCondition(junction, p.From, here, p.To)),
                    .. c.ToSource.Select(p => new JoinCondition(junction, p.From, above, p.To)),
                ];
                break;
        }
    }

    /// <summary>The junction's name in the subquery: a name of its own, so that a table may meet itself on the way.</summary>
    public static string JunctionAlias(QualifiedName junction, int depth) => $"{junction.Name}_{depth}_junction";

    private static ImmutableArray<JoinCondition> Pairs(ImmutableArray<ColumnPair> columns, QualifiedName above, QualifiedName here) =>
        [.. columns.Select(c => new JoinCondition(here, c.To, above, c.From))];
}
