using System.Collections.Immutable;

namespace Hedgerow.Rest.Schema.Catalogue;

/// <summary>
/// A key of a base table that a view shows whole. <paramref name="Columns"/> holds, for each column of the key in its
/// order, the view's columns that show it (more than one where the view repeats it).
/// </summary>
internal sealed record ViewKey(uint View, CatalogueKey Key, ImmutableArray<ImmutableArray<short>> Columns);

/// <summary>Keys as the exposed views show them: primary keys, foreign keys, and columns that foreign keys point at.</summary>
internal sealed class ViewKeys
{
    public required ILookup<uint, ViewKey> PrimaryByView { get; init; }

    /// <summary>By the constraint: views that show a foreign key's own columns.</summary>
    public required ILookup<uint, ViewKey> ReferencingByKey { get; init; }

    /// <summary>By the constraint: views that show the columns a foreign key points at.</summary>
    public required ILookup<uint, ViewKey> ReferencedByKey { get; init; }

    /// <param name="views">Definitions of views, those of the search path included.</param>
    /// <param name="isExposed">Whether a view is one that requests can name.</param>
    public static ViewKeys Trace(Dictionary<uint, ViewTarget[]> views, List<CatalogueKey> keys, Func<uint, bool> isExposed)
    {
        var referencing = keys.ToLookup(k => k.Relation);
        var referenced = keys.Where(k => k.Kind == KeyKind.Foreign).ToLookup(k => k.Target);
        List<ViewKey> primaryKeys = [], foreignKeys = [], targets = [];
        foreach (var view in views.Keys.Where(isExposed).Order())
        {
            var origins = Origins(view, views);
            foreach (var (relation, columns) in origins.OrderBy(o => o.Key))
            {
                foreach (var key in referencing[relation])
                {
                    if (key.Kind == KeyKind.Unique || Shown(key.Numbers, columns) is not { } shown) continue;
                    (key.Kind == KeyKind.Primary ? primaryKeys : foreignKeys).Add(new(view, key, shown));
                }
                foreach (var key in referenced[relation])
                {
                    if (Shown(key.TargetNumbers, columns) is { } shown) targets.Add(new(view, key, shown));
                }
            }
        }
        return new()
        {
            PrimaryByView = primaryKeys.ToLookup(k => k.View),
            ReferencingByKey = foreignKeys.ToLookup(k => k.Key.Oid),
            ReferencedByKey = targets.ToLookup(k => k.Key.Oid),
        };
    }

    /// <summary>Every relation and column that a view's columns show, directly or through other views: relation → column → the view's columns.</summary>
    private static Dictionary<uint, Dictionary<short, List<short>>> Origins(uint view, Dictionary<uint, ViewTarget[]> views)
    {
        var origins = new Dictionary<uint, Dictionary<short, List<short>>>();
        foreach (var target in views[view])
        {
            var (relation, number) = (target.OriginRelation, target.OriginNumber);
            // A chain of views is finite; a view redefined to reach itself is not, hence the bound.
            for (var hop = 0; hop <= views.Count; hop++)
            {
                if (!origins.TryGetValue(relation, out var columns)) origins[relation] = columns = [];
                if (!columns.TryGetValue(number, out var shown)) columns[number] = shown = [];
                if (shown.Contains(target.Number)) break;
                shown.Add(target.Number);
                if (!views.TryGetValue(relation, out var inner)) break;
                var next = Array.Find(inner, t => t.Number == number);
                if (next.OriginRelation == 0) break;
                (relation, number) = (next.OriginRelation, next.OriginNumber);
            }
        }
        return origins;
    }

    /// <summary>The view's columns for each of the key's, or null where one is not shown: a part of a key is no key.</summary>
    private static ImmutableArray<ImmutableArray<short>>? Shown(ImmutableArray<short> key, Dictionary<short, List<short>> columns)
    {
        var shown = ImmutableArray.CreateBuilder<ImmutableArray<short>>(key.Length);
        foreach (var number in key)
        {
            if (!columns.TryGetValue(number, out var views)) return null;
            shown.Add([.. views]);
        }
        return shown.MoveToImmutable();
    }
}
