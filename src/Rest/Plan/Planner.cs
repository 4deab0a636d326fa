using System.Collections.Immutable;
using Hedgerow.Postgres;
using Hedgerow.Rest.Request;
using Hedgerow.Rest.Schema;

namespace Hedgerow.Rest.Plan;

/// <summary>Holds a request against the schema: what it means there, or why it cannot be done. Pure; asks no database.</summary>
public static class Planner
{
    /// <param name="Plan">What to do.</param>
    /// <param name="LegacyNames">Embeds reached by their target's name although they have an alias; a warning is answered for them.</param>
    public sealed record Planned(ActionPlan Plan, ImmutableArray<(string Name, string Alias)> LegacyNames);

    public static Result<Planned> Plan(ApiRequest request, SchemaCache schema, RestOptions options) => request.Action switch
    {
        ReadAction read => Read(read, request, schema, options),
        CallAction call => CallPlanner.Plan(call, request, schema, options),
        DescribeAction describe => Negotiation.AcceptsOpenApi(request.Accept)
            ? new Planned(new DescribePlan(describe.IsHead), [])
            : Negotiation.NotAcceptable(request.Accept),
        OptionsAction options_ => Allow(options_, request, schema),
        _ => WritePlanner.Plan(request, schema, options),
    };

    private static Result<Planned> Read(ReadAction read, ApiRequest request, SchemaCache schema, RestOptions options)
    {
        var relation = new QualifiedName(request.Schema, read.Relation);
        if (!schema.Tables.ContainsKey(relation)) return TableNotFound(relation, schema);
        if (!ReadPlanner.Plan(relation, fromResult: false, request, schema, options).Ok(out var planned, out var error)) return error;
        if (!Negotiation.Choose(request, relation, planned.Tree.SelectsEverything, schema, options).Ok(out var chosen, out error)) return error;
        if (Strictness(request.Preferences) is { } strict) return strict;
        var body = read.IsHead ? new NoBody() : chosen.Body;
        return new Planned(new ReadPlan(relation, read.IsHead, planned.Tree, body, chosen.MediaType), planned.LegacyNames);
    }

    /// <summary>PGRST122 where <c>handling=strict</c> meets a preference that nobody knows.</summary>
    internal static ApiError? Strictness(Preferences preferences) => preferences is { Strict: true, Invalid.Length: > 0 }
        ? new(400, "PGRST122", "Invalid preferences given with handling=strict", $"Invalid preferences: {string.Join(", ", preferences.Invalid)}")
        : null;

    internal static ApiError TableNotFound(QualifiedName relation, SchemaCache schema)
    {
        var near = new FuzzyNames(schema.Tables.Keys.Where(t => t.Schema == relation.Schema).Select(t => t.Name)).Closest(relation.Name, least: 0.75);
        return new(404, "PGRST205", $"Could not find the table '{relation}' in the schema cache", null,
            near is null ? null : $"Perhaps you meant the table '{relation.Schema}.{near}'");
    }

    private static Result<Planned> Allow(OptionsAction action, ApiRequest request, SchemaCache schema)
    {
        if (action.Function is { } function)
        {
            var name = new QualifiedName(request.Schema, function);
            var names = request.Query.Parameters.Select(p => p.Key).ToHashSet();
            ImmutableArray<Routine> asked;
            if (RoutineFinder.Find(schema, name, names, body: null).Ok(out var routine, out var error)) asked = [routine];
            // Who names no arguments and means no overload without any asks about the function, whatever its overloads take.
            else if (names.Count > 0 || !schema.Routines.TryGetValue(name, out asked)) return error;
            return new Planned(new AllowPlan(asked.All(r => r.Volatility == Volatility.Volatile) ? "OPTIONS,POST" : "OPTIONS,GET,HEAD,POST"), []);
        }
        if (action.Relation is null) return new Planned(new AllowPlan("OPTIONS,GET,HEAD"), []);
        var relation = new QualifiedName(request.Schema, action.Relation);
        if (!schema.Tables.TryGetValue(relation, out var table)) return TableNotFound(relation, schema);
        var methods = new List<string> { "OPTIONS,GET,HEAD" };
        if (table.Insertable) methods.Add("POST");
        if (table is { Insertable: true, Updatable: true, PrimaryKey.Length: > 0 }) methods.Add("PUT");
        if (table.Updatable) methods.Add("PATCH");
        if (table.Deletable) methods.Add("DELETE");
        return new Planned(new AllowPlan(string.Join(',', methods)), []);
    }
}
