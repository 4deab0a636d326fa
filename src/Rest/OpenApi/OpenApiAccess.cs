using System.Collections.Frozen;
using Npgsql;

namespace Hedgerow.Rest.OpenApi;

/// <summary>What of a schema a role may use: asked in the request's own transaction, as that role (openapi-mode follow-privileges).</summary>
/// <param name="Relations">Names of relations on which it has any privilege.</param>
/// <param name="Routines">Functions it may execute, by <c>pg_proc.oid</c>.</param>
public sealed record OpenApiAccess(FrozenSet<string> Relations, FrozenSet<uint> Routines)
{
    /// <summary><c>$1</c>: the schema's name, text. One row: relations <c>text[]</c>, functions <c>oid[]</c>.</summary>
    public const string Sql = """
        select
          array(
            select c.relname::text
            from pg_catalog.pg_class c
            join pg_catalog.pg_namespace n on n.oid = c.relnamespace
            where n.nspname = $1 and c.relkind in ('r', 'v', 'm', 'f', 'p') and not c.relispartition
              and (pg_catalog.pg_has_role(c.relowner, 'usage')
                or pg_catalog.has_table_privilege(c.oid, 'select, insert, update, delete, truncate, references, trigger')
                or pg_catalog.has_any_column_privilege(c.oid, 'select, insert, update, references'))),
          array(
            select p.oid
            from pg_catalog.pg_proc p
            join pg_catalog.pg_namespace n on n.oid = p.pronamespace
            where n.nspname = $1 and p.prokind = 'f' and pg_catalog.has_function_privilege(p.oid, 'execute'))
        """;

    /// <summary>Reads the row that <see cref="Sql"/> gives, at which the reader stands.</summary>
    public static OpenApiAccess Read(NpgsqlDataReader reader) =>
        new(reader.GetFieldValue<string[]>(0).ToFrozenSet(), reader.GetFieldValue<uint[]>(1).ToFrozenSet());
}
