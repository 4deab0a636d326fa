using System.Collections.Immutable;
using Hedgerow.Postgres;
using Hedgerow.Rest.Request;
using Hedgerow.Rest.Schema;

namespace Hedgerow.Rest.Plan;

/// <summary>Plans what is read: the root and, through relationships, what is embedded in it.</summary>
internal static class ReadPlanner
{
    /// <param name="Tree">The plan.</param>
    /// <param name="LegacyNames">Embeds that were filtered by their target's name although they have an alias: (name, alias).</param>
    public sealed record Planned(ReadNode Tree, ImmutableArray<(string Name, string Alias)> LegacyNames);

    /// <param name="table">The root: a table, or what a function returns.</param>
    /// <param name="fromResult">Whether the root reads the rows that a mutation or a function returned.</param>
    public static Result<Planned> Plan(QualifiedName table, bool fromResult, ApiRequest request, SchemaCache schema, RestOptions options)
    {
        var root = new NodeDraft(table.Name, null, null, null, isSpread: false, depth: 0)
        {
            Table = table,
            From = fromResult ? new ResultSource(table.Name) : new TableSource(table, null),
        };
        var error = AddSelection(root, request.Query.Select, options)
            ?? RequestPlacer.Place(root, request, options.UseLegacyTargetNames)
            ?? EmbedLinker.Link(root, schema, request.Schema)
            ?? FieldPlanner.Plan(root, new FieldResolver(schema), schema)
            ?? AggregatePlanner.Plan(root, options.AggregatesEnabled);
        if (error is not null) return error;
        if (request.Action is ReadAction or CallAction) Restrict(root, options.MaxRows);
        return new Planned(root.Freeze(), [.. Legacy(root)]);
    }

    private static ApiError? AddSelection(NodeDraft node, ImmutableArray<SelectItem> items, RestOptions options)
    {
        if (node.Depth > options.MaxEmbedDepth)
            return new(400, "PGRST100", "Too many levels of embedded resources", $"The deepest level allowed is {options.MaxEmbedDepth}.");
        foreach (var item in items)
        {
            NodeDraft child;
            switch (item)
            {
                case SelectField field:
                    node.Selected.Add(field);
                    continue;
                case SelectRelation r:
                    child = new NodeDraft(r.Relation, r.Alias, r.Hint, r.Join, isSpread: false, node.Depth + 1);
                    break;
                default:
                    var s = (SelectSpread)item;
                    child = new NodeDraft(s.Relation, null, s.Hint, s.Join, isSpread: true, node.Depth + 1);
                    break;
            }
            node.Children.Add(child);
            if (AddSelection(child, item is SelectRelation relation ? relation.Items : ((SelectSpread)item).Items, options) is { } error) return error;
        }
        return null;
    }

    /// <summary><c>Rest:MaxRows</c> bounds every level.</summary>
    private static void Restrict(NodeDraft node, long? maxRows)
    {
        if (maxRows is { } most && (node.Range.Limit is not { } limit || limit > most)) node.Range = node.Range with { Limit = most };
        foreach (var child in node.Children) Restrict(child, maxRows);
    }

    private static IEnumerable<(string, string)> Legacy(NodeDraft node) =>
        (node is { ReachedByLegacyName: true, Alias: { } alias } ? [(node.Name, alias)] : Enumerable.Empty<(string, string)>())
        .Concat(node.Children.SelectMany(Legacy));
}
