using System.Collections.Immutable;
using Hedgerow.Postgres;

namespace Hedgerow.Rest.Schema.Catalogue;

/// <summary>
/// Makes relationships of foreign keys: between tables, through views that show a key's columns, both ways, and through
/// junctions. Only those stay whose two sides (and junction) are exposed (PostgREST, Resource Embedding).
/// </summary>
internal sealed class RelationshipBuilder(
    Dictionary<uint, CatalogueRelation> relations, Dictionary<QualifiedName, Table> tables,
    Dictionary<uint, List<CatalogueColumn>> columns, ViewKeys viewKeys)
{
    /// <summary>A foreign key, or its image through views, from the referencing side.</summary>
    private sealed record Reference(
        QualifiedName Source, QualifiedName Target, string Constraint, ImmutableArray<ColumnPair> Columns,
        bool IsUnique, bool SourceIsView, bool TargetIsView);

    public Dictionary<QualifiedName, List<Relationship>> Build(List<CatalogueKey> keys, IEnumerable<ComputedRelationship> computed)
    {
        var uniques = keys.Where(k => k.Kind != KeyKind.Foreign).ToLookup(k => k.Relation);
        var references = new List<Reference>();
        foreach (var key in keys)
        {
            if (key.Kind != KeyKind.Foreign || key.IsPartitionCopy) continue;
            if (!relations.TryGetValue(key.Relation, out var source) || !relations.TryGetValue(key.Target, out var target)) continue;
            var isUnique = uniques[key.Relation].Any(u => u.Numbers.Length == key.Numbers.Length && u.Numbers.All(n => key.Numbers.Contains(n)));
            AddImages(references, key, source, target, isUnique);
        }

        var found = new Dictionary<QualifiedName, List<Relationship>>();
        foreach (var reference in references) AddBothWays(found, reference);
        AddManyToMany(found, references);
        NoteHiddenJunctions(found, keys, uniques);
        Override(found, computed);
        foreach (var list in found.Values) list.Sort(RelationshipOrder.Instance);
        return found;
    }

    /// <summary>The key between its tables, from views to the table, from the table to views, and from views to views.</summary>
    private void AddImages(List<Reference> references, CatalogueKey key, CatalogueRelation source, CatalogueRelation target, bool isUnique)
    {
        var sources = Sides(source, key.Numbers, viewKeys.ReferencingByKey[key.Oid]);
        var targets = Sides(target, key.TargetNumbers, viewKeys.ReferencedByKey[key.Oid]);
        foreach (var from in sources)
        {
            foreach (var to in targets)
            {
                var pairs = ImmutableArray.CreateBuilder<ColumnPair>(from.Columns.Length);
                for (var i = 0; i < from.Columns.Length; i++) pairs.Add(new(from.Columns[i], to.Columns[i]));
                references.Add(new(from.Name, to.Name, key.Name, pairs.MoveToImmutable(), isUnique, from.IsView, to.IsView));
            }
        }
    }

    private readonly record struct Side(QualifiedName Name, ImmutableArray<string> Columns, bool IsView);

    /// <summary>One side of a key: its table, where that is exposed, and each view that shows it, once for each way it shows it.</summary>
    private List<Side> Sides(CatalogueRelation table, ImmutableArray<short> numbers, IEnumerable<ViewKey> views)
    {
        var sides = new List<Side>();
        if (tables.ContainsKey(table.Name)) sides.Add(new(table.Name, NamesOf(table.Oid, numbers), table.IsView));
        foreach (var view in views)
            foreach (var way in Ways(view.Columns, 0)) sides.Add(new(relations[view.View].Name, NamesOf(view.View, way), true));
        return sides;
    }

    private ImmutableArray<string> NamesOf(uint relation, ImmutableArray<short> numbers)
    {
        var all = columns[relation];
        return ImmutableArray.CreateRange(numbers, number => all.Find(c => c.Number == number).Column.Name);
    }

    /// <summary>All choices of one column for each of the key's: (a|b, c) gives (a, c) and (b, c).</summary>
    private static IEnumerable<ImmutableArray<short>> Ways(ImmutableArray<ImmutableArray<short>> columns, int index)
    {
        if (index == columns.Length) return [[]];
        return from number in columns[index] from rest in Ways(columns, index + 1) select rest.Insert(0, number);
    }

    private static void AddBothWays(Dictionary<QualifiedName, List<Relationship>> found, Reference r)
    {
        var back = ImmutableArray.CreateRange(r.Columns, pair => new ColumnPair(pair.To, pair.From));
        Cardinality forth = r.IsUnique ? new OneToOne(r.Constraint, r.Columns, false) : new ManyToOne(r.Constraint, r.Columns);
        Cardinality inverse = r.IsUnique ? new OneToOne(r.Constraint, back, true) : new OneToMany(r.Constraint, back);
        Add(found, new ForeignKeyRelationship(r.Source, r.Target, forth, r.SourceIsView, r.TargetIsView));
        Add(found, new ForeignKeyRelationship(r.Target, r.Source, inverse, r.TargetIsView, r.SourceIsView));
    }

    /// <summary>A junction has two foreign keys whose columns are all part of its primary key.</summary>
    private void AddManyToMany(Dictionary<QualifiedName, List<Relationship>> found, List<Reference> references)
    {
        foreach (var junction in references.Where(r => !r.IsUnique).GroupBy(r => r.Source))
        {
            var primaryKey = tables[junction.Key].PrimaryKey;
            if (primaryKey.IsEmpty) continue;
            var inKey = junction.Where(r => r.Columns.All(c => primaryKey.Contains(c.From))).ToList();
            foreach (var a in inKey)
            {
                foreach (var b in inKey)
                {
                    if (a.Constraint == b.Constraint) continue;
                    var cardinality = new ManyToMany(junction.Key, a.Constraint, b.Constraint, a.Columns, b.Columns);
                    Add(found, new ForeignKeyRelationship(a.Target, b.Target, cardinality, a.TargetIsView, b.TargetIsView));
                }
            }
        }
    }

    /// <summary>
    /// A relation that a junction outside the exposed schemas links is listed, if only with nothing: then an error about it
    /// does not take its name for a misspelt one (PostgREST filters the relationships and keeps their key).
    /// </summary>
    private void NoteHiddenJunctions(Dictionary<QualifiedName, List<Relationship>> found, List<CatalogueKey> keys, ILookup<uint, CatalogueKey> uniques)
    {
        foreach (var junction in keys.Where(k => k is { Kind: KeyKind.Foreign, IsPartitionCopy: false }).GroupBy(k => k.Relation))
        {
            if (!relations.TryGetValue(junction.Key, out var relation) || tables.ContainsKey(relation.Name)) continue;
            if (uniques[junction.Key].FirstOrDefault(k => k.Kind == KeyKind.Primary) is not { } primaryKey) continue;
            var inKey = junction.Where(k => k.Numbers.All(n => primaryKey.Numbers.Contains(n))).ToList();
            if (inKey.Count < 2) continue;
            foreach (var key in inKey)
            {
                if (!relations.TryGetValue(key.Target, out var target)) continue;
                foreach (var side in Sides(target, key.TargetNumbers, viewKeys.ReferencedByKey[key.Oid])) found.TryAdd(side.Name, []);
            }
        }
    }

    /// <summary>A function that makes a relationship stands in for detected ones to a relation of the function's own name.</summary>
    private void Override(Dictionary<QualifiedName, List<Relationship>> found, IEnumerable<ComputedRelationship> computed)
    {
        foreach (var relationship in computed)
        {
            if (!tables.ContainsKey(relationship.Source) || !tables.ContainsKey(relationship.Target)) continue;
            if (found.TryGetValue(relationship.Source, out var detected))
                detected.RemoveAll(d => d is ForeignKeyRelationship && d.Target == relationship.Function);
            Add(found, relationship);
        }
    }

    private static void Add(Dictionary<QualifiedName, List<Relationship>> found, Relationship relationship)
    {
        if (!found.TryGetValue(relationship.Source, out var list)) found[relationship.Source] = list = [];
        list.Add(relationship);
    }
}
