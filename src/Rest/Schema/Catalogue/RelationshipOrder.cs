using System.Collections.Immutable;

namespace Hedgerow.Rest.Schema.Catalogue;

/// <summary>
/// The order in which a table's relationships are listed (and alternatives named in PGRST201): detected before computed,
/// by target, then one-to-many, many-to-one, one-to-one, many-to-many, then by constraint and columns; PostgREST's own.
/// </summary>
internal sealed class RelationshipOrder : IComparer<Relationship>
{
    public static readonly RelationshipOrder Instance = new();

    public int Compare(Relationship? x, Relationship? y) => (x, y) switch
    {
        (ForeignKeyRelationship a, ForeignKeyRelationship b) => Compare(a, b),
        (ComputedRelationship a, ComputedRelationship b) => First(
            Names(a.Function, b.Function), Names(a.Source, b.Source), Names(a.Target, b.Target)),
        (ForeignKeyRelationship, _) => -1,
        (_, ForeignKeyRelationship) => 1,
        _ => 0,
    };

    private static int Compare(ForeignKeyRelationship a, ForeignKeyRelationship b) => First(
        Names(a.Target, b.Target),
        a.IsSelf.CompareTo(b.IsSelf),
        Rank(a.Cardinality).CompareTo(Rank(b.Cardinality)),
        Compare(a.Cardinality, b.Cardinality),
        a.SourceIsView.CompareTo(b.SourceIsView),
        a.TargetIsView.CompareTo(b.TargetIsView));

    private static int Rank(Cardinality cardinality) => cardinality switch { OneToMany => 0, ManyToOne => 1, OneToOne => 2, _ => 3 };

    private static int Compare(Cardinality x, Cardinality y) => (x, y) switch
    {
        (OneToMany a, OneToMany b) => First(Text(a.Constraint, b.Constraint), Pairs(a.Columns, b.Columns)),
        (ManyToOne a, ManyToOne b) => First(Text(a.Constraint, b.Constraint), Pairs(a.Columns, b.Columns)),
        (OneToOne a, OneToOne b) => First(
            Text(a.Constraint, b.Constraint), Pairs(a.Columns, b.Columns), a.SourceIsReferenced.CompareTo(b.SourceIsReferenced)),
        (ManyToMany a, ManyToMany b) => First(
            Names(a.Junction, b.Junction), Text(a.SourceConstraint, b.SourceConstraint), Text(a.TargetConstraint, b.TargetConstraint),
            Pairs(a.ToSource, b.ToSource), Pairs(a.ToTarget, b.ToTarget)),
        _ => 0,
    };

    private static int Pairs(ImmutableArray<ColumnPair> a, ImmutableArray<ColumnPair> b)
    {
        for (var i = 0; i < Math.Min(a.Length, b.Length); i++)
        {
            var order = First(Text(a[i].From, b[i].From), Text(a[i].To, b[i].To));
            if (order != 0) return order;
        }
        return a.Length.CompareTo(b.Length);
    }

    private static int Names(Hedgerow.Postgres.QualifiedName a, Hedgerow.Postgres.QualifiedName b) => First(Text(a.Schema, b.Schema), Text(a.Name, b.Name));

    private static int Text(string a, string b) => string.CompareOrdinal(a, b);

    private static int First(params ReadOnlySpan<int> orders)
    {
        foreach (var order in orders)
            if (order != 0) return order;
        return 0;
    }
}
