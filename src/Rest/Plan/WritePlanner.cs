using System.Collections.Immutable;
using Hedgerow.Postgres;
using Hedgerow.Rest.Request;
using Hedgerow.Rest.Schema;

namespace Hedgerow.Rest.Plan;

/// <summary>Plans POST, PUT, PATCH and DELETE on a relation.</summary>
internal static class WritePlanner
{
    public static Result<Planner.Planned> Plan(ApiRequest request, SchemaCache schema, RestOptions options)
    {
        var relation = new QualifiedName(request.Schema, RelationOf(request.Action));
        if (!schema.Tables.TryGetValue(relation, out var table)) return Planner.TableNotFound(relation, schema);
        if (!ReadPlanner.Plan(relation, fromResult: true, request, schema, options).Ok(out var planned, out var error)) return error;
        if (!Mutate(table, planned.Tree, request, new FieldResolver(schema)).Ok(out var mutation, out error)) return error;
        if (Planner.Strictness(request.Preferences) is { } strict) return strict;
        if (!Negotiation.Choose(request, relation, planned.Tree.SelectsEverything, schema, options).Ok(out var chosen, out error)) return error;
        var body = request.Preferences.Return == Representation.Full ? chosen.Body : new NoBody();
        return new Planner.Planned(new WritePlan(relation, mutation, planned.Tree, body, chosen.MediaType), planned.LegacyNames);
    }

    private static string RelationOf(RequestAction action) => action switch
    {
        InsertAction a => a.Relation,
        UpdateAction a => a.Relation,
        SingleUpsertAction a => a.Relation,
        DeleteAction a => a.Relation,
        _ => throw new NotSupportedException(action.GetType().Name),
    };

    private static Result<Mutation> Mutate(Table table, ReadNode tree, ApiRequest request, FieldResolver resolver)
    {
        var query = request.Query;
        var returning = request.Preferences.Return is Representation.Full or Representation.HeadersOnly
            ? ReturnedColumns.Of(tree, table.PrimaryKey)
            : [];
        ImmutableArray<Condition> where = [
            .. query.Filters.Where(f => f.Path.IsEmpty).Select(f => FieldPlanner.Plan(f.Value, table.Name, resolver)),
            .. query.Logic.Where(l => l.Path.IsEmpty).Select(l => FieldPlanner.Plan(l.Value, table.Name, resolver)),
        ];
        if (request.Action is DeleteAction) return new DeleteMutation(table.Name, where, returning);

        if (request.Action is SingleUpsertAction && !NamesOneRow(table, query))
            return new ApiError(405, "PGRST105", "Filters must include all and only primary key columns with 'eq' operators");
        if (!Columns(table, request, resolver).Ok(out var columns, out var error)) return error;
        var body = BodyOf(request, missingAsDefault: request.Preferences.MissingAsDefault == true);
        switch (request.Action)
        {
            case UpdateAction:
                return new UpdateMutation(table.Name, columns.Fields, body, where, returning);
            case SingleUpsertAction:
                return new ReplaceMutation(table.Name, columns.Fields, body with { MissingAsDefault = false }, where, table.PrimaryKey, returning);
            default:
                var conflict = request.Preferences.Resolution is { } resolution
                    ? new Conflict(resolution, query.OnConflict ?? table.PrimaryKey)
                    : null;
                return new InsertMutation(table.Name, columns.Fields, body, conflict, table.PrimaryKey, returning);
        }
    }

    private sealed record TypedColumns(ImmutableArray<PlannedField> Fields);

    /// <summary>The body's keys, or <c>columns=</c>, as columns of the table; sorted, so that the same keys give the same statement.</summary>
    private static Result<TypedColumns> Columns(Table table, ApiRequest request, FieldResolver resolver)
    {
        IEnumerable<string> keys = request.Payload switch
        {
            JsonPayload json => json.Keys,
            FormPayload form => form.Fields.Select(f => f.Key).Distinct().Order(StringComparer.Ordinal),
            _ => [],
        };
        var fields = ImmutableArray.CreateBuilder<PlannedField>();
        foreach (var key in keys)
        {
            if (!table.ColumnsByName.TryGetValue(key, out var column))
                return new ApiError(400, "PGRST204", $"Could not find the '{key}' column of '{table.Name.Name}' in the schema cache");
            fields.Add(resolver.Written(column));
        }
        return new TypedColumns(fields.ToImmutable());
    }

    private static WriteBody BodyOf(ApiRequest request, bool missingAsDefault) => request.Payload switch
    {
        JsonPayload json => new(json.Text, json.IsArray, missingAsDefault),
        FormPayload form => new(FormJson.Of(form), false, missingAsDefault),
        _ => new("[]", true, missingAsDefault),
    };

    private static bool NamesOneRow(Table table, QueryString query) =>
        !table.PrimaryKey.IsEmpty
        && query.Logic.IsEmpty
        && query.Filters.All(f => f.Path.IsEmpty && f.Value is
        {
            Field.Path.IsEmpty: true,
            Negated: false,
            Operation: QuantifiedOperation { Operator: QuantifiedOperator.Equal, Quantifier: null },
        })
        && query.Filters.Select(f => f.Value.Field.Name).ToHashSet().SetEquals(table.PrimaryKey);
}
