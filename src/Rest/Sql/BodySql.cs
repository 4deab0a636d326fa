using Hedgerow.Rest.Plan;
using Hedgerow.Rest.Schema;

namespace Hedgerow.Rest.Sql;

/// <summary>Aggregates the rows into the body, in the database: the bytes pass through this process unread.</summary>
internal static class BodySql
{
    private const string Rows = "_postgrest_t";
    private const string Scalars = "_postgrest_t.pgrst_scalar";

    private const string Csv = """
        (SELECT coalesce(string_agg(a.k, ','), '') FROM (SELECT json_object_keys(r)::text AS k FROM (SELECT row_to_json(hh) AS r FROM pgrst_source AS hh LIMIT 1) s) a)
         || E'\n' || coalesce(string_agg(substring(_postgrest_t::text, 2, length(_postgrest_t::text) - 2), E'\n'), '')
        """;

    private const string GeoJson =
        "json_build_object('type', 'FeatureCollection', 'features', coalesce(json_agg(ST_AsGeoJSON(_postgrest_t)::json), '[]'))";

    /// <param name="routine">The function whose result it is; null for relations.</param>
    public static SqlWriter Body(this SqlWriter sql, BodyFormat format, Routine? routine)
    {
        var items = routine?.Returns is ScalarReturn ? Scalars : Rows;
        var single = routine is { Returns.IsSet: false };
        return format switch
        {
            JsonBody json when single => sql.First(items, json.NullsStripped),
            JsonBody json => sql.Raw("coalesce(").Aggregate(items, json.NullsStripped).Raw(", '[]')"),
            JsonObjectBody one => sql.First(routine is { Returns: ScalarReturn { IsSet: false } } ? Scalars : Rows, one.NullsStripped),
            CsvBody => sql.Raw(Csv),
            GeoJsonBody => sql.Raw(GeoJson),
            HandlerBody handler => sql.Handle(handler, routine),
            _ => sql.Raw("''::text"),
        };
    }

    private static SqlWriter Aggregate(this SqlWriter sql, string items, bool nullsStripped) =>
        nullsStripped ? sql.Raw("json_strip_nulls(json_agg(").Raw(items).Raw("))") : sql.Raw("json_agg(").Raw(items).Raw(")");

    private static SqlWriter First(this SqlWriter sql, string items, bool nullsStripped) => nullsStripped
        ? sql.Raw("coalesce(json_strip_nulls(json_agg(").Raw(items).Raw(")->0), 'null')")
        : sql.Raw("coalesce(json_agg(").Raw(items).Raw(")->0, 'null')");

    private static SqlWriter Handle(this SqlWriter sql, HandlerBody handler, Routine? routine)
    {
        sql.Name(handler.Function).Raw("(");
        if (routine is { Returns: ScalarReturn { IsSet: false } }) return sql.Raw(Scalars).Raw(")");
        sql.Raw(Rows);
        if (handler.Target is { } target) sql.Raw("::").Name(target);
        return sql.Raw(")");
    }
}
