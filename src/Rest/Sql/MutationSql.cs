using System.Collections.Immutable;
using Hedgerow.Postgres;
using Hedgerow.Rest.Plan;
using Hedgerow.Rest.Request;

namespace Hedgerow.Rest.Sql;

/// <summary>INSERT, UPDATE and DELETE, their rows taken from one JSON parameter.</summary>
internal static class MutationSql
{
    /// <summary>
    /// How many rows an upsert inserted, counted while it runs: each row adds one as it is proposed and takes it away again as it
    /// turns out to be an update. That decides between 200 and 201.
    /// </summary>
    private const string CountProposed =
        "set_config('pgrst.inserted', (coalesce(nullif(current_setting('pgrst.inserted', true), '')::int, 0) + 1)::text, true) <> '0'";
    private const string UncountUpdated =
        "set_config('pgrst.inserted', (coalesce(nullif(current_setting('pgrst.inserted', true), '')::int, 0) - 1)::text, true) <> '-1'";

    public const string Inserted = "nullif(current_setting('pgrst.inserted', true),'')::int";

    public static SqlWriter Mutate(this SqlWriter sql, Mutation mutation) => mutation switch
    {
        InsertMutation insert => sql.Insert(insert),
        ReplaceMutation replace => sql.Replace(replace),
        UpdateMutation update => sql.Update(update),
        DeleteMutation delete => sql.Raw("DELETE FROM ").Name(delete.Target).Conditions(" WHERE ", delete.Target, delete.Where).Returning(delete),
        _ => throw new NotSupportedException(mutation.GetType().Name),
    };

    private static SqlWriter Insert(this SqlWriter sql, InsertMutation insert)
    {
        sql.InsertRows(insert.Target, insert.Columns, insert.Body);
        var merges = insert.Conflict is { Resolution: Resolution.MergeDuplicates };
        if (merges) sql.Raw(" WHERE ").Raw(CountProposed);
        if (insert.Conflict is { Columns.IsEmpty: false } conflict)
        {
            sql.Raw(" ON CONFLICT(").List(", ", conflict.Columns, c => sql.Name(c)).Raw(") ");
            if (merges) sql.Merge(insert.Columns);
            else sql.Raw("DO NOTHING");
        }
        return sql.Returning(insert);
    }

    private static SqlWriter Replace(this SqlWriter sql, ReplaceMutation replace)
    {
        sql.InsertRows(replace.Target, replace.Columns, replace.Body);
        sql.Raw(" WHERE ").Raw(CountProposed).Conditions(" AND ", new("", "pgrst_body"), replace.Key);
        sql.Raw(" ON CONFLICT(").List(", ", replace.PrimaryKey, c => sql.Name(c)).Raw(") ").Merge(replace.Columns);
        return sql.Returning(replace);
    }

    private static SqlWriter InsertRows(this SqlWriter sql, QualifiedName target, ImmutableArray<PlannedField> columns, WriteBody body)
    {
        sql.Raw("INSERT INTO ").Name(target);
        if (!columns.IsEmpty) sql.Raw("(").List(", ", columns, c => sql.Name(c.Name)).Raw(")");
        sql.Raw(" SELECT ").List(", ", columns, c => sql.Raw("pgrst_body.").Name(c.Name));
        return sql.Raw(" ").FromBody(columns, body.Json, body.IsArray, firstOnly: false, body.MissingAsDefault);
    }

    private static SqlWriter Merge(this SqlWriter sql, ImmutableArray<PlannedField> columns) => columns.IsEmpty
        ? sql.Raw("DO NOTHING")
        : sql.Raw("DO UPDATE SET ").List(", ", columns, c => sql.Name(c.Name).Raw(" = EXCLUDED.").Name(c.Name)).Raw(" WHERE ").Raw(UncountUpdated);

    private static SqlWriter Update(this SqlWriter sql, UpdateMutation update)
    {
        if (update.Columns.IsEmpty)
        {
            // SET needs a column. No rows, but the columns that the answer selects from.
            sql.Raw("SELECT ");
            if (update.Returning.IsEmpty) sql.Raw("NULL");
            else sql.List(", ", update.Returning, c => sql.Column(new("", update.Target.Name), c));
            return sql.Raw(" FROM ").Name(update.Target).Raw(" WHERE false");
        }
        sql.Raw("UPDATE ").Name(update.Target).Raw(" SET ").List(", ", update.Columns, c => sql.Name(c.Name).Raw(" = pgrst_body.").Name(c.Name));
        sql.Raw(" ").FromBody(update.Columns, update.Body.Json, update.Body.IsArray, firstOnly: false, update.Body.MissingAsDefault);
        return sql.Conditions(" WHERE ", update.Target, update.Where).Returning(update);
    }

    private static SqlWriter Conditions(this SqlWriter sql, string first, QualifiedName source, ImmutableArray<Condition> conditions)
    {
        foreach (var condition in conditions)
        {
            sql.Raw(first).Condition(source, condition, sql.EmbedPresence);
            first = " AND ";
        }
        return sql;
    }

    /// <summary>At least 1, so that the rows can be counted.</summary>
    private static SqlWriter Returning(this SqlWriter sql, Mutation mutation) => mutation.Returning.IsEmpty
        ? sql.Raw(" RETURNING 1")
        : sql.Raw(" RETURNING ").List(", ", mutation.Returning, c => sql.Column(mutation.Target, c));

    /// <summary>FROM … pgrst_body: the JSON parameter as rows of typed columns.</summary>
    /// <param name="firstOnly">For a function's arguments: of an array only the first object.</param>
    public static SqlWriter FromBody(
        this SqlWriter sql, ImmutableArray<PlannedField> columns, string json, bool isArray, bool firstOnly, bool missingAsDefault)
    {
        var kind = missingAsDefault ? "jsonb" : "json";
        sql.Raw("FROM (SELECT ").Value(json).Raw($"::{kind} AS json_data) pgrst_payload, ");
        var rows = "pgrst_payload.json_data";
        if (missingAsDefault)
        {
            sql.Raw(isArray ? "LATERAL (SELECT jsonb_agg(" : "LATERAL (SELECT ").Defaults(columns);
            sql.Raw(isArray
                ? " || elem) AS val FROM jsonb_array_elements(pgrst_payload.json_data) elem) pgrst_json_defs, "
                : " || pgrst_payload.json_data AS val) pgrst_json_defs, ");
            rows = "pgrst_json_defs.val";
        }
        sql.Raw("LATERAL (SELECT ").List(", ", columns, c =>
        {
            if (c.Transform is { } parser) sql.Name(parser).Raw("(").Name(c.Name).Raw(") AS ").Name(c.Name);
            else sql.Name(c.Name);
        });
        if (columns.IsEmpty)
        {
            // No keys: one row for {}, as many as there are elements for [{}, {}].
            sql.Raw(isArray ? $" FROM {kind}_array_elements({rows}) _ " : " FROM (values(1)) _ ");
        }
        else
        {
            sql.Raw($" FROM {kind}_to_record{(isArray ? "set" : "")}({rows}) AS _(")
                .List(", ", columns, c => sql.Name(c.Name).Raw(" ").Raw(c.Type)).Raw(") ");
            if (firstOnly) sql.Raw("LIMIT 1");
        }
        return sql.Raw(") pgrst_body");
    }

    private static void Defaults(this SqlWriter sql, ImmutableArray<PlannedField> columns)
    {
        sql.Raw("jsonb_build_object(");
        var separator = "";
        foreach (var column in columns)
        {
            if (column.Default is null) continue;
            // The default is the catalogue's own expression.
            sql.Raw(separator).Raw(Hedgerow.Postgres.Sql.Literal(column.Name)).Raw(", ").Raw(column.Default);
            separator = ", ";
        }
        sql.Raw(")");
    }
}
