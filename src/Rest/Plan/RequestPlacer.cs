using System.Collections.Immutable;
using Hedgerow.Postgres;
using Hedgerow.Rest.Request;

namespace Hedgerow.Rest.Plan;

/// <summary>Brings filters, orders and ranges to the resource that their path names.</summary>
internal static class RequestPlacer
{
    public static ApiError? Place(NodeDraft root, ApiRequest request, bool legacyNames)
    {
        var query = request.Query;
        var isMutation = request.Action is InsertAction or UpdateAction or SingleUpsertAction or DeleteAction;

        // A mutation's own filters say what is written, not what of it is answered.
        foreach (var (path, filter) in query.Filters)
        {
            if (isMutation && path.IsEmpty) continue;
            if (Find(root, path, legacyNames, out var node) is { } error) return error;
            node!.Filters.Add(filter);
        }
        // The first order of a resource is the one that counts.
        foreach (var (path, terms) in query.Order.Reverse())
        {
            if (Find(root, path, legacyNames, out var node) is { } error) return error;
            node!.Sorting = terms;
        }
        if (!isMutation)
        {
            foreach (var (path, range) in query.Ranges)
            {
                if (path.IsEmpty) continue;
                if (Find(root, path, legacyNames, out var node) is { } error) return error;
                node!.Range = range;
            }
            root.Range = request.Range;
        }
        foreach (var (path, tree) in query.Logic)
        {
            if (isMutation && path.IsEmpty) continue;
            if (Find(root, path, legacyNames, out var node) is { } error) return error;
            node!.Filters.Add(tree);
        }
        return null;
    }

    private static ApiError? Find(NodeDraft root, ImmutableArray<string> path, bool legacyNames, out NodeDraft? node)
    {
        node = root;
        foreach (var name in path)
        {
            var parent = node!;
            node = parent.Children.Find(c => c.Key == name || (legacyNames && c.Name == name));
            if (node is null) return NotEmbedded(parent, name);
            if (node.Key != name) node.ReachedByLegacyName = true;
        }
        return null;
    }

    private static ApiError NotEmbedded(NodeDraft parent, string name) =>
        parent.Children.Find(c => c.Name == name) is { Alias: { } alias }
            ? new(400, "PGRST108", $"'{name}' is not an embedded resource in this request",
                "Target names are not allowed in filters if they have an alias", $"Change '{name}' to '{alias}' in filters, orders or limits.")
            : NotEmbedded(name);

    public static ApiError NotEmbedded(string name) =>
        new(400, "PGRST108", $"'{name}' is not an embedded resource in this request", null,
            $"Verify that '{name}' is included in the 'select' query parameter.");
}
