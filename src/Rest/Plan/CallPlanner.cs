using System.Collections.Immutable;
using System.Text;
using Hedgerow.Postgres;
using Hedgerow.Rest.Request;
using Hedgerow.Rest.Schema;

namespace Hedgerow.Rest.Plan;

/// <summary>Plans <c>/rpc/function</c>.</summary>
internal static class CallPlanner
{
    public static Result<Planner.Planned> Plan(CallAction call, ApiRequest request, SchemaCache schema, RestOptions options)
    {
        var isPost = call.Via == CallMethod.Post;
        var names = ArgumentNames(call, request);
        if (!RoutineFinder.Find(schema, new(request.Schema, call.Function), names, isPost ? request.ContentType : null).Ok(out var routine, out var error)) return error;

        // A function that returns a table's rows can embed what the table can.
        var relation = new QualifiedName(routine.Name.Schema, routine.Returns is CompositeReturn composite ? composite.Type.Name : routine.Name.Name);
        if (!ReadPlanner.Plan(relation, fromResult: true, request, schema, options).Ok(out var planned, out error)) return error;
        if (!Negotiation.Choose(request, relation, planned.Tree.SelectsEverything, schema, options).Ok(out var chosen, out error)) return error;
        if (Planner.Strictness(request.Preferences) is { } strict) return strict;
        if (request.Preferences is { Strict: true, MaxAffected: not null } && !routine.Returns.IsSet)
            return new ApiError(400, "PGRST128", "Function must return SETOF or TABLE when max-affected preference is used with handling=strict");

        return new Planner.Planned(
            new CallPlan(routine, Arguments(call, request, routine, names), Returning(planned.Tree),
                ReadOnly: !isPost || routine.Volatility != Volatility.Volatile, HeadersOnly: call.Via == CallMethod.Head,
                planned.Tree, call.Via == CallMethod.Head ? new NoBody() : chosen.Body, chosen.MediaType),
            planned.LegacyNames);
    }

    private static HashSet<string> ArgumentNames(CallAction call, ApiRequest request)
    {
        if (call.Via != CallMethod.Post) return [.. request.Query.Parameters.Select(p => p.Key)];
        return request.Payload switch
        {
            JsonPayload json => [.. json.Keys],
            FormPayload form => [.. form.Fields.Select(f => f.Key)],
            _ => [],
        };
    }

    private static CallArguments Arguments(CallAction call, ApiRequest request, Routine routine, HashSet<string> names)
    {
        if (routine.Parameters is [{ Name: "" } only]) return Body(only, request.Payload);
        var specified = routine.Parameters.Where(p => names.Contains(p.Name)).ToImmutableArray();
        if (specified.IsEmpty) return new NoArguments();
        return request.Payload switch
        {
            JsonPayload json when call.Via == CallMethod.Post => new JsonArguments(specified, json.Text, json.IsArray),
            FormPayload form when call.Via == CallMethod.Post => Direct(specified, form.Fields),
            _ => Direct(specified, request.Query.Parameters),
        };
    }

    private static BodyArgument Body(RoutineParameter parameter, Payload? payload) => payload switch
    {
        RawPayload raw when parameter.Type == "bytea" => new(parameter, null, raw.Bytes),
        RawPayload raw => new(parameter, Encoding.UTF8.GetString(raw.Bytes.Span), null),
        JsonPayload json => new(parameter, json.Text, null),
        _ => new(parameter, null, null),
    };

    /// <summary>A repeated name gives a VARIADIC parameter all its values, any other its last.</summary>
    private static DirectArguments Direct(ImmutableArray<RoutineParameter> parameters, ImmutableArray<KeyValuePair<string, string>> values)
    {
        var arguments = parameters.Select(p =>
        {
            ImmutableArray<string> own = [.. values.Where(v => v.Key == p.Name).Select(v => v.Value)];
            return new DirectArgument(p, p.Variadic ? own : own.IsEmpty ? [] : [own[^1]]);
        });
        return new([.. arguments]);
    }

    /// <summary>What the call must return for the answer: what is selected, filtered and sorted by, and what embeds join on.</summary>
    private static ImmutableArray<string> Returning(ReadNode tree)
    {
        var needed = ReturnedColumns.Of(tree, []);
        if (needed is ["*"] || needed.IsEmpty) return ["*"];
        var names = new SortedSet<string>(needed, StringComparer.Ordinal);
        foreach (var condition in tree.Where) ReturnedColumns.AddFields(condition, names);
        foreach (var term in tree.Order)
            if (term.EmbedAlias is null) names.Add(term.Field.Name);
        return [.. names];
    }
}
