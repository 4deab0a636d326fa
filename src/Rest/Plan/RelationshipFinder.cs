using System.Collections.Immutable;
using Hedgerow.Postgres;
using Hedgerow.Rest.Request;
using Hedgerow.Rest.Schema;

namespace Hedgerow.Rest.Plan;

/// <summary>Which relationship a request means by <c>target!hint(…)</c> (PostgREST, Resource Embedding).</summary>
internal static class RelationshipFinder
{
    /// <summary>The one that fits, or PGRST200 (none, 400) or PGRST201 (several, 300).</summary>
    /// <param name="origin">The parent's table or view, unqualified.</param>
    /// <param name="target">A table or view, a constraint, a column, or a computed relationship.</param>
    public static Result<Relationship> Find(SchemaCache cache, string schema, string origin, string target, string? hint)
    {
        var candidates = From(cache, schema, origin).Where(r => Fits(r, target, hint)).ToImmutableArray();
        return candidates.Length switch
        {
            1 => candidates[0],
            0 => EmbedErrors.NotFound(cache, schema, origin, target, hint),
            _ => EmbedErrors.Ambiguous(origin, target, candidates),
        };
    }

    /// <summary>Relationships of a table that stay inside the request's schema.</summary>
    public static IEnumerable<Relationship> From(SchemaCache cache, string schema, string origin) =>
        cache.Relationships.TryGetValue(new(schema, origin), out var found) ? found.Where(r => ReachedFrom(r) == schema) : [];

    /// <summary>A function makes a relationship in its own schema, whatever it returns.</summary>
    private static string ReachedFrom(Relationship relationship) =>
        relationship is ComputedRelationship computed ? computed.Function.Schema : relationship.Target.Schema;

    private static bool Fits(Relationship relationship, string target, string? hint) => relationship switch
    {
        ComputedRelationship computed => computed.Function.Name == target,
        ForeignKeyRelationship { IsSelf: true } self => FitsSelf(self, target, hint),
        ForeignKeyRelationship key when hint is null =>
            target == key.Target.Name
            || (!key.TargetIsView && (Constraint(key.Cardinality) == target || SingleColumn(key.Cardinality)?.From == target)),
        ForeignKeyRelationship key =>
            target == key.Target.Name
            && (Constraint(key.Cardinality) == hint
                || SingleColumn(key.Cardinality)?.From == hint
                || SingleColumn(key.Cardinality)?.To == hint
                || (key.Cardinality is ManyToMany junction && junction.Junction.Name == hint)),
        _ => false,
    };

    /// <summary>
    /// One foreign key of a table to itself is two relationships. The table's name means the children,
    /// the column's name the parent; a hint names the column whose children are meant.
    /// </summary>
    private static bool FitsSelf(ForeignKeyRelationship self, string target, string? hint) => hint is null
        ? (target == self.Target.Name && self.Cardinality is OneToMany)
          || (self.Cardinality is ManyToOne && SingleColumn(self.Cardinality)?.From == target)
        : target == self.Target.Name && self.Cardinality is OneToMany && SingleColumn(self.Cardinality)?.To == hint;

    private static string? Constraint(Cardinality cardinality) => cardinality switch
    {
        ManyToOne c => c.Constraint,
        OneToMany c => c.Constraint,
        OneToOne c => c.Constraint,
        _ => null,
    };

    private static ColumnPair? SingleColumn(Cardinality cardinality) => cardinality switch
    {
        ManyToOne { Columns: [var pair] } => pair,
        OneToMany { Columns: [var pair] } => pair,
        OneToOne { Columns: [var pair] } => pair,
        _ => null,
    };
}
