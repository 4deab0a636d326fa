using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Hedgerow.Postgres;
using Hedgerow.Rest.Schema;

namespace Hedgerow.Rest.Plan;

/// <summary>What is said of an embedding that cannot be made (PostgREST, Errors, PGRST200 and PGRST201).</summary>
internal static class EmbedErrors
{
    public static ApiError NotFound(SchemaCache cache, string schema, string origin, string target, string? hint)
    {
        var by = hint is null ? "" : $"' using the hint '{hint}";
        return new(400, "PGRST200",
            $"Could not find a relationship between '{origin}' and '{target}' in the schema cache",
            $"Searched for a foreign key relationship between '{origin}' and '{target}{by}' in the schema '{schema}', but no matches were found.",
            Suggestion(cache, schema, origin, target));
    }

    /// <summary>A parent of a similar name where the parent has no relationships, else a child of a similar name.</summary>
    private static string? Suggestion(SchemaCache cache, string schema, string origin, string target)
    {
        if (cache.Relationships.ContainsKey(new(schema, origin)))
        {
            var children = RelationshipFinder.From(cache, schema, origin).Select(r => r.Target.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
            // A child that is found by its exact name was refused because of the hint: nothing to suggest then.
            var child = children.Contains(target) ? null : new FuzzyNames(children).Closest(target);
            return child is null ? null : $"Perhaps you meant '{child}' instead of '{target}'.";
        }
        var parents = cache.Relationships.Where(r => r.Key.Schema == schema && r.Value.Any(v => v.Target.Schema == schema)).Select(r => r.Key.Name);
        var parent = new FuzzyNames(parents).Closest(origin);
        return parent is null ? null : $"Perhaps you meant '{parent}' instead of '{origin}'.";
    }

    public static ApiError Ambiguous(string origin, string target, ImmutableArray<Relationship> candidates)
    {
        var keys = candidates.OfType<ForeignKeyRelationship>().ToList();
        var hints = string.Join(", ", keys.Select(k => $"'{k.Target.Name}!{HintOf(k)}'"));
        return new(300, "PGRST201",
            $"Could not embed because more than one relationship was found for '{origin}' and '{target}'",
            null,
            $"Try changing '{target}' to one of the following: {hints}. Find the desired relationship in the 'details' key.")
        {
            DetailsJson = Alternatives(keys),
        };
    }

    private static string HintOf(ForeignKeyRelationship key) => key.Cardinality switch
    {
        ManyToOne c => c.Constraint,
        OneToMany c => c.Constraint,
        OneToOne c => c.Constraint,
        ManyToMany c => c.Junction.Name,
        _ => "",
    };

    private static string Alternatives(List<ForeignKeyRelationship> keys)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            foreach (var key in keys)
            {
                var (cardinality, relationship) = Describe(key);
                json.WriteStartObject();
                json.WriteString("cardinality", cardinality);
                json.WriteString("embedding", $"{key.Source.Name} with {key.Target.Name}");
                json.WriteString("relationship", relationship);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    private static (string Cardinality, string Relationship) Describe(ForeignKeyRelationship key) => key.Cardinality switch
    {
        ManyToOne c => ("many-to-one", Describe(key, c.Constraint, c.Columns)),
        OneToMany c => ("one-to-many", Describe(key, c.Constraint, c.Columns)),
        OneToOne c => ("one-to-one", Describe(key, c.Constraint, c.Columns)),
        ManyToMany c => ("many-to-many",
            $"{c.Junction.Name} using {c.SourceConstraint}({Names(c.ToSource.Select(p => p.From))}) and {c.TargetConstraint}({Names(c.ToTarget.Select(p => p.From))})"),
        _ => ("", ""),
    };

    private static string Describe(ForeignKeyRelationship key, string constraint, ImmutableArray<ColumnPair> columns) =>
        $"{constraint} using {key.Source.Name}({Names(columns.Select(c => c.From))}) and {key.Target.Name}({Names(columns.Select(c => c.To))})";

    private static string Names(IEnumerable<string> names) => string.Join(", ", names);
}
