using System.Collections.Immutable;
using System.Globalization;
using Hedgerow.Postgres.Execution;
using Hedgerow.Rest.Plan;
using Hedgerow.Rest.Request;

namespace Hedgerow.Rest.Sql;

/// <summary>
/// A plan as one statement with one row. Columns, in this order: total (bigint, null unless counted), page total (bigint),
/// inserted (int, null unless an upsert), response.headers (text), response.status (text), location (text[]), body. The body stands last so that it can be
/// copied from the socket to the client while it arrives.
/// </summary>
public static class StatementBuilder
{
    public const int TotalColumn = 0, PageColumn = 1, InsertedColumn = 2, HeadersColumn = 3, StatusColumn = 4, LocationColumn = 5, BodyColumn = 6;

    private const string ResponseSettings =
        "nullif(current_setting('response.headers', true), ''), nullif(current_setting('response.status', true), '')";

    private static readonly SqlStatement s_responseSettings = new("SELECT " + ResponseSettings, []);

    private const string NoLocation = "null::text[], ";

    public static SqlStatement Build(StatementPlan plan, ApiRequest request, RestOptions options)
    {
        var sql = new SqlWriter(request.Caller.Role);
        if (plan.MediaType is PlanMediaType explain) sql.Explain(explain);
        return plan switch
        {
            ReadPlan read => sql.Read(read, request, options).Finish(),
            WritePlan write => sql.Write(write, request).Finish(),
            CallPlan call => sql.Call(call, request, options).Finish(),
            _ => throw new NotSupportedException(plan.GetType().Name),
        };
    }

    /// <summary>
    /// A read as two statements, whose rows are all the answer: those of the first are the items of the body, column by column, and the last row of all
    /// says what the first statement left in <c>response.headers</c> and <c>response.status</c>. For a list it costs PostgreSQL half of what <see cref="Build"/> does (measured), but
    /// the number of rows is known at its end only, and not every type's text can be written as JSON here. Null where the answer is not made of rows alone.
    /// </summary>
    public static ImmutableArray<SqlStatement>? Columns(StatementPlan plan, ApiRequest request) =>
        plan is ReadPlan { Body: Plan.JsonBody { NullsStripped: false } or JsonObjectBody { NullsStripped: false } } && request.Preferences.Count is null
            ? [new SqlWriter(request.Caller.Role).Select(plan.Tree).Finish(), s_responseSettings]
            : null;

    /// <summary>The planner's estimate of all rows, for <c>count=planned</c> and <c>count=estimated</c>; null where it is not asked for.</summary>
    public static SqlStatement? Estimate(StatementPlan plan, ApiRequest request) =>
        plan is ReadPlan { MediaType: not PlanMediaType } && request.Preferences.Count is CountKind.Planned or CountKind.Estimated
            ? new SqlWriter(request.Caller.Role).Raw("EXPLAIN (FORMAT JSON) ").Count(plan.Tree).Finish()
            : null;

    private static SqlWriter Read(this SqlWriter sql, ReadPlan read, ApiRequest request, RestOptions options)
    {
        sql.Raw("WITH pgrst_source AS ( ").Select(read.Tree).Raw(" )");
        var total = sql.Total(read.Tree, "pg_catalog.count(_postgrest_t)", request, options);
        return sql.Raw(" SELECT ").Raw(total).Raw(", pg_catalog.count(_postgrest_t), null::int, ").Raw(ResponseSettings).Raw(", ").Raw(NoLocation)
            .Body(read.Body, null).Raw(" FROM (SELECT * FROM pgrst_source) _postgrest_t");
    }

    private static SqlWriter Call(this SqlWriter sql, CallPlan call, ApiRequest request, RestOptions options)
    {
        sql.Raw("WITH pgrst_source AS (").Call(call).Raw(")");
        var page = call.Routine.Returns.IsSet ? "pg_catalog.count(_postgrest_t)" : "1::bigint";
        var total = sql.Total(call.Tree, page, request, options);
        sql.Raw(" SELECT ").Raw(total).Raw(", ").Guard(page, FailureOf(call.MediaType, request)).Raw(", null::int, ").Raw(ResponseSettings).Raw(", ").Raw(NoLocation)
            .Body(call.Body, call.Routine).Raw(" FROM (");
        return sql.Select(call.Tree).Raw(") _postgrest_t");
    }

    private static SqlWriter Write(this SqlWriter sql, WritePlan write, ApiRequest request)
    {
        sql.Raw("WITH pgrst_source AS (").Mutate(write.Mutation).Raw(")");
        var failure = write.Mutation switch
        {
            _ when write.MediaType is PlanMediaType => null,
            ReplaceMutation => ResultGuard.NotOneRowReplaced,
            InsertMutation => write.MediaType is SingularMediaType ? ResultGuard.NotSingular : null,
            _ => FailureOf(write.MediaType, request),
        };
        sql.Raw(" SELECT null::bigint, ").Guard("pg_catalog.count(_postgrest_t)", failure);
        var counts = write.Mutation is ReplaceMutation or InsertMutation
            && (write.Mutation is ReplaceMutation || request.Preferences.Resolution == Resolution.MergeDuplicates);
        sql.Raw(", ").Raw(counts ? MutationSql.Inserted : "null::int").Raw(", ").Raw(ResponseSettings).Raw(", ");
        if (write.Mutation is InsertMutation { PrimaryKey: var key } && request.Preferences.Return == Representation.HeadersOnly) sql.Location(key);
        else sql.Raw(NoLocation);
        sql.Body(write.Body, null).Raw(" FROM (");
        return (write.Body is NoBody ? sql.Raw("SELECT * FROM pgrst_source") : sql.Select(write.Tree)).Raw(") _postgrest_t");
    }

    /// <summary>A plan answers no rows, so there is nothing to count.</summary>
    private static string? FailureOf(MediaType type, ApiRequest request) =>
        type is PlanMediaType ? null
        : type is SingularMediaType ? ResultGuard.NotSingular
        : request.Preferences is { Strict: true, MaxAffected: { } most } ? ResultGuard.MoreThan(most)
        : null;

    /// <summary>The count's common table expression, and the expression that reads it.</summary>
    private static string Total(this SqlWriter sql, ReadNode tree, string page, ApiRequest request, RestOptions options)
    {
        if (request.Preferences.Count is not (CountKind.Exact or CountKind.Estimated)) return "null::bigint";
        // Without a limit all rows are on the page.
        if (options.MaxRows is null && request.Range == RowRange.All) return page;
        sql.Raw(", pgrst_source_count AS (").Count(tree);
        // One more than the most shows that the most was passed, and an estimate will do.
        if (request is { Preferences.Count: CountKind.Estimated, Action: ReadAction } && options.MaxRows is { } most)
            sql.Raw(" LIMIT ").Raw((most + 1).ToString(CultureInfo.InvariantCulture));
        sql.Raw(")");
        return "(SELECT pg_catalog.count(*) FROM pgrst_source_count)";
    }

    /// <summary><c>key=eq.value</c> for each column of the primary key of the one row inserted.</summary>
    private static void Location(this SqlWriter sql, ImmutableArray<string> key)
    {
        if (key.IsEmpty)
        {
            sql.Raw(NoLocation);
            return;
        }
        sql.Raw("""
            CASE WHEN pg_catalog.count(_postgrest_t) = 1 THEN (
            WITH data AS (SELECT row_to_json(_) AS row FROM pgrst_source AS _ LIMIT 1)
            SELECT array_agg(json_data.key || '=' || coalesce('eq.' || json_data.value, 'is.null'))
            FROM data CROSS JOIN json_each_text(data.row) AS json_data WHERE json_data.key IN (
            """);
        sql.List(", ", key, c => sql.Raw(Hedgerow.Postgres.Sql.Literal(c))).Raw(")) END, ");
    }

    private static void Explain(this SqlWriter sql, PlanMediaType explain)
    {
        sql.Raw(explain.AsJson ? "EXPLAIN (FORMAT JSON" : "EXPLAIN (FORMAT TEXT");
        if (explain.Options.HasFlag(PlanOptions.Analyze)) sql.Raw(", ANALYZE");
        if (explain.Options.HasFlag(PlanOptions.Verbose)) sql.Raw(", VERBOSE");
        if (explain.Options.HasFlag(PlanOptions.Settings)) sql.Raw(", SETTINGS");
        if (explain.Options.HasFlag(PlanOptions.Buffers)) sql.Raw(", BUFFERS");
        if (explain.Options.HasFlag(PlanOptions.Wal)) sql.Raw(", WAL");
        sql.Raw(") ");
    }
}
