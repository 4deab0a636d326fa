using System.Collections.Concurrent;
using System.Collections.Immutable;
using Npgsql;

namespace Hedgerow.Realtime.Visibility;

/// <summary>
/// What roles may know of tables. The answers are kept, and held against the catalogue with every batch of checks (<see cref="Fingerprint"/>, one
/// statement in the same round trip), so that a changed policy, privilege or membership in a role counts from the next change on.
/// </summary>
public sealed class AccessCatalogue(RealtimeDatabase database)
{
    /// <summary>
    /// A text for each table of <c>$1</c> that changes with everything that an answer depends on. Rows of the catalogue are compared by the transaction
    /// that wrote them, and by their place, since one transaction may write a row twice.
    /// </summary>
    public const string Fingerprint =
        """
        select c.oid, concat_ws('/', c.xmin, c.ctid,
          (select string_agg(p.xmin::text || p.ctid::text, '' order by p.oid) from pg_policy p where p.polrelid = c.oid),
          (select string_agg(a.xmin::text || a.ctid::text, '' order by a.attnum) from pg_attribute a where a.attrelid = c.oid and a.attnum > 0),
          (select n.xmin::text || n.ctid::text from pg_namespace n where n.oid = c.relnamespace),
          (select string_agg(r.oid::text || r.rolbypassrls::text, '' order by r.oid) from pg_roles r),
          (select string_agg(m.xmin::text || m.ctid::text, '' order by m.roleid, m.member) from pg_auth_members m))
        from pg_class c where c.oid = any ($1)
        """;

    private const string Load =
        """
        select
          c.relrowsecurity,
          r.rolsuper or r.rolbypassrls or (pg_has_role(r.oid, c.relowner, 'usage') and not c.relforcerowsecurity) or not c.relrowsecurity,
          has_schema_privilege(r.oid, c.relnamespace, 'usage'),
          array(select a.attname::text from pg_attribute a
            where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and has_column_privilege(r.oid, c.oid, a.attnum, case $3 when 'a' then 'insert' else 'select' end)),
          array(select a.attname::text from pg_index i cross join lateral unnest(i.indkey::int2[]) with ordinality k (attnum, n)
            join pg_attribute a on a.attrelid = c.oid and a.attnum = k.attnum
            where i.indrelid = c.oid and i.indisprimary order by k.n),
          array(select coalesce(pg_get_expr(case when $3 = 'a' then coalesce(p.polwithcheck, p.polqual) else p.polqual end, p.polrelid), 'true') from pg_policy p where p.polrelid = c.oid and p.polcmd::text in ($3, '*') and p.polpermissive and realtime_role.applies(p.polroles) order by p.polname),
          array(select coalesce(pg_get_expr(case when $3 = 'a' then coalesce(p.polwithcheck, p.polqual) else p.polqual end, p.polrelid), 'true') from pg_policy p where p.polrelid = c.oid and p.polcmd::text in ($3, '*') and not p.polpermissive and realtime_role.applies(p.polroles) order by p.polname),
          array(select distinct a.attname::text from pg_policy p
            join pg_depend d on d.classid = 'pg_policy'::regclass and d.objid = p.oid and d.refclassid = 'pg_class'::regclass and d.refobjid = c.oid
            join pg_attribute a on a.attrelid = c.oid and a.attnum = d.refobjsubid
            where p.polrelid = c.oid and p.polcmd::text in ($3, '*') and d.refobjsubid > 0),
          exists (select from pg_policy p
            join pg_depend d on d.classid = 'pg_policy'::regclass and d.objid = p.oid and d.refclassid = 'pg_class'::regclass and d.refobjid = c.oid
            where p.polrelid = c.oid and p.polcmd::text in ($3, '*') and d.refobjsubid = 0 and d.deptype = 'n'),
          array(select a.attname::text from pg_attribute a where a.attrelid = c.oid and a.attgenerated <> '' and not a.attisdropped order by a.attnum),
          array(select pg_get_expr(f.adbin, f.adrelid) from pg_attribute a join pg_attrdef f on f.adrelid = a.attrelid and f.adnum = a.attnum
            where a.attrelid = c.oid and a.attgenerated <> '' and not a.attisdropped order by a.attnum),
          array(select a.attname::text from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and a.attgenerated = '' and not a.attisdropped order by a.attnum)
        from pg_class c, pg_roles r
        where c.oid = $1 and r.rolname = $2
        """;

    // Whether a policy is meant for the role: for everybody (0), or for one whose rights it has.
    private static readonly string s_load = Load.Replace(
        "realtime_role.applies(p.polroles)",
        "(0 = any (p.polroles) or exists (select from unnest(p.polroles) as meant (role) where pg_has_role(r.oid, meant.role, 'usage')))", StringComparison.Ordinal);

    private readonly ConcurrentDictionary<(uint Table, string Role), TableAccess> _known = new();

    /// <summary>The policies for seeing rows, and those for writing new ones.</summary>
    public enum Command { Select, Insert }

    /// <summary>What is known, as of the last time it was held against the catalogue; null where it was never asked, or is outdated.</summary>
    public TableAccess? Find(uint table, string role) => _known.GetValueOrDefault((table, role));

    /// <summary>Asks the catalogue, and remembers what it says. Null: the table is gone, or there is no such role.</summary>
    public async Task<TableAccess?> LoadAsync(NpgsqlConnection connection, uint table, string role, CancellationToken cancellation)
    {
        // The fingerprint is taken first: what changes in between makes the answer look outdated, never the other way round.
        var fingerprint = "";
        await using (var ask = new NpgsqlCommand(Fingerprint, connection))
        {
            ask.Parameters.Add(new NpgsqlParameter<uint[]> { TypedValue = [table], NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Array | NpgsqlTypes.NpgsqlDbType.Oid });
            await using var row = await ask.ExecuteReaderAsync(cancellation);
            if (await row.ReadAsync(cancellation)) fingerprint = row.GetString(1);
        }
        if (await ReadAsync(connection, table, role, Command.Select, fingerprint, cancellation) is { } access) return _known[(table, role)] = access;
        _known.TryRemove((table, role), out _);
        return null;
    }

    /// <summary>What the catalogue says at this moment; not remembered.</summary>
    public static async Task<TableAccess?> ReadAsync(
        NpgsqlConnection connection, uint table, string role, Command command, string fingerprint, CancellationToken cancellation)
    {
        await using var load = new NpgsqlCommand(s_load, connection);
        load.Parameters.Add(new NpgsqlParameter<uint> { TypedValue = table, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Oid });
        load.Parameters.Add(new NpgsqlParameter<string> { TypedValue = role });
        load.Parameters.Add(new NpgsqlParameter<string> { TypedValue = command == Command.Insert ? "a" : "r" });
        await using var found = await load.ExecuteReaderAsync(cancellation);
        return await found.ReadAsync(cancellation) ? Read(found, fingerprint) : null;
    }

    /// <summary>The same over a connection of its own.</summary>
    public async Task<TableAccess?> LoadAsync(uint table, string role, CancellationToken cancellation)
    {
        await using var connection = await database.Pool.OpenConnectionAsync(cancellation);
        return await LoadAsync(connection, table, role, cancellation);
    }

    private static TableAccess Read(NpgsqlDataReader row, string fingerprint)
    {
        var readable = row.GetBoolean(2) ? row.GetFieldValue<string[]>(3).ToImmutableHashSet() : [];
        var rule = readable.IsEmpty ? new RowRule.Nobody() : row.GetBoolean(1) ? new RowRule.Everybody() : RuleOf(
            row.GetFieldValue<string[]>(5), row.GetFieldValue<string[]>(6), row.GetFieldValue<string[]>(7), row.GetBoolean(8),
            row.GetFieldValue<string[]>(9), row.GetFieldValue<string[]>(10), row.GetFieldValue<string[]>(11));
        return new TableAccess(fingerprint, readable, [.. row.GetFieldValue<string[]>(4)], row.GetBoolean(0), rule);
    }

    /// <summary>One of the permissive policies, and every restrictive one (PostgreSQL documentation, CREATE POLICY).</summary>
    private static RowRule RuleOf(string[] permissive, string[] restrictive, string[] columns, bool wholeRow, string[] generated, string[] expressions, string[] stored)
    {
        if (permissive.Length == 0) return new RowRule.Nobody();
        if (permissive.Contains("true", StringComparer.Ordinal) && restrictive.All(policy => policy == "true")) return new RowRule.Everybody();
        var expression = $"({string.Join(" or ", permissive.Select(Term))})";
        if (restrictive.Length > 0) expression += $" and {string.Join(" and ", restrictive.Select(Term))}";
        var computed = generated.Zip(expressions, (name, text) => new GeneratedColumn(name, text)).Where(column => wholeRow || columns.Contains(column.Name)).ToImmutableArray();
        return new RowRule.Ask(expression, wholeRow || computed.Length > 0 ? null : [.. columns.Order(StringComparer.Ordinal)], computed, [.. stored]);
    }

    private static string Term(string policy) => $"({policy})";
}
