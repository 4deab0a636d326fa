using Hedgerow.Postgres;
using Npgsql;

namespace Hedgerow.Bench;

/// <summary>
/// Fills every table of the applications from the catalogue alone: 1,000 people, and as many rows as asked, row n of each table belonging to row n of
/// its parent and in the end to person 1 + n % 1,000. Triggers and foreign keys are off meanwhile, and checks are dropped: rows are to be
/// many and owned, not meaningful. A status takes each of its values in turn, both down the table and within one person's rows. What sign-ups fill
/// (people, and what each of them has one of) stays as it is.
/// </summary>
internal static class PolicyRows
{
    /// <summary>Whom person <paramref name="number"/> (from 1) is to <c>auth.uid()</c>.</summary>
    public static string Person(int number) => $"00000000-0000-4000-8000-{number:x12}";

    /// <param name="schema">The one to fill; null: all.</param>
    /// <returns>Rows by table, as SQL writes its name.</returns>
    public static async Task<Dictionary<string, long>> FillAsync(NpgsqlConnection database, int rows, string? schema, CancellationToken cancellation)
    {
        await ExecuteAsync(database, Helpers, cancellation);
        await ExecuteAsync(database, "insert into auth.users (id, email) select pg_temp.key(n), 'person' || n || '@bench.invalid' from generate_series(1, 1000) as n on conflict do nothing", cancellation);
        await ExecuteAsync(database, "set session_replication_role = replica", cancellation);
        foreach (var check in await ListAsync(database, Checks, cancellation)) await ExecuteAsync(database, check, cancellation);

        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var table in await ListAsync(database, schema is null ? Tables : $"select t from ({Tables}) as x (t) where (select nspname from pg_namespace where oid = (select relnamespace from pg_class where oid = t::regclass)) = {Sql.Literal(schema)}", cancellation))
        {
            await using var ask = new NpgsqlCommand("select pg_temp.fill($1::text::regclass, $2)", database)
            {
                Parameters = { new() { Value = table }, new() { Value = rows } }, CommandTimeout = 0,
            };
            counts[table] = (long)(await ask.ExecuteScalarAsync(cancellation))!;
            Console.Error.Write($"\r{counts.Count} tables, {table,-60}");
        }
        Console.Error.WriteLine();
        await ExecuteAsync(database, "reset session_replication_role", cancellation);
        await ExecuteAsync(database, "vacuum analyze", cancellation);
        return counts;
    }

    private static async Task ExecuteAsync(NpgsqlConnection database, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, database) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task<List<string>> ListAsync(NpgsqlConnection database, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, database);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        var list = new List<string>();
        while (await row.ReadAsync(cancellation)) list.Add(row.GetString(0));
        return list;
    }

    /// <summary>The applications' tables: public, and every schema that has a private one beside it.</summary>
    private const string Tables =
        """
        select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('r', 'p') and not c.relispartition
          and (n.nspname = 'public' or exists (select from pg_namespace p where p.nspname = n.nspname || '_private'))
        order by n.nspname, c.relname
        """;

    private const string Checks =
        """
        select format('alter table %s drop constraint if exists %I', k.conrelid::regclass, k.conname)
        from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
        where k.contype = 'c' and k.conislocal and not c.relispartition
          and (n.nspname = 'public' or exists (select from pg_namespace p where p.nspname = n.nspname || '_private'))
          and k.conrelid not in (select inhrelid from pg_inherits)
          -- Lists of values are kept in a comment, from which the rows take theirs.
          and pg_temp.keep_values(k.oid)
        """;

    private const string Helpers =
        """
        create function pg_temp.key(n bigint) returns uuid language sql immutable as
          $$ select ('00000000-0000-4000-8000-' || lpad(to_hex(n), 12, '0'))::uuid $$;
        create temporary table listed (relation oid, attnum smallint, allowed text[], primary key (relation, attnum));

        create function pg_temp.keep_values(constraint_id oid) returns boolean language plpgsql as $$
        begin
          insert into listed
          select k.conrelid, k.conkey[1], (select array_agg(m[1]) from regexp_matches(pg_get_constraintdef(k.oid), '''([^'']*)''', 'g') as m)
          from pg_constraint k
          where k.oid = constraint_id and array_length(k.conkey, 1) = 1 and pg_get_constraintdef(k.oid) like '%= ANY%'
          on conflict do nothing;
          return true;
        end $$;

        -- Values of the key that another table's foreign key refers to, where its rows were there before: people by their account.
        create function pg_temp.existing(tab regclass, col name) returns text[] language plpgsql as $$
        declare
          has_account boolean := exists (select from pg_attribute where attrelid = tab and attname = 'auth_id');
          found_values text[];
        begin
          execute format('select array_agg(v) from (select %I::text as v from %s order by %s limit 1000) as x', col, tab,
            case when has_account then 'auth_id' else quote_ident(col) end) into found_values;
          return found_values;
        end $$;

        create table pg_temp.filled (relation oid primary key);

        create function pg_temp.fill(tab regclass, wanted int) returns bigint language plpgsql as $$
        declare
          there bigint;
          names text[] := '{}';
          expressions text[] := '{}';
          col record;
          expression text;
          known text[];
        begin
          execute format('select count(*) from %s', tab) into there;
          if there >= 1000 then return there; end if; -- people and what every one of them has
          for col in
            select a.attname, a.attnum, a.attnotnull, a.atttypmod, a.atthasdef, t.typname, t.typtype, t.typcategory, t.oid as typid,
              f.confrelid, f.referred, coalesce(u.is_unique, false) as is_unique, l.allowed
            from pg_attribute a join pg_type t on t.oid = a.atttypid
            left join lateral (
              select k.confrelid, r.attname as referred from pg_constraint k
              join unnest(k.conkey, k.confkey) as x (mine, theirs) on x.mine = a.attnum
              join pg_attribute r on r.attrelid = k.confrelid and r.attnum = x.theirs
              where k.conrelid = tab and k.contype = 'f' order by array_length(k.conkey, 1) limit 1) f on true
            left join lateral (
              select true as is_unique from pg_index i where i.indrelid = tab and i.indisunique and a.attnum = any (i.indkey) limit 1) u on true
            left join listed l on l.relation = tab and l.attnum = a.attnum
            where a.attrelid = tab and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' and a.attidentity <> 'a'
            order by a.attnum
          loop
            expression := null;
            known := case when col.confrelid is not null and col.confrelid <> tab::oid and not exists (select from filled f where f.relation = col.confrelid)
              then pg_temp.existing(col.confrelid, col.referred) end;
            if col.confrelid = tab::oid and not col.attnotnull then
              continue; -- a row is nobody's child in its own table
            elsif known is not null then
              expression := format('(%L::text[])[1 + n %% %s]::%s', known, array_length(known, 1), format_type(col.typid, null));
            elsif col.confrelid is null and not col.is_unique and (col.atthasdef or not col.attnotnull) and col.allowed is null then
              continue; -- the default, or nothing
            elsif col.confrelid is null and not col.is_unique and col.atthasdef then
              continue;
            elsif col.allowed is not null and col.confrelid is null then
              expression := format('(%L::text[])[1 + (n + n / 1000) %% %s]', col.allowed, array_length(col.allowed, 1));
            elsif col.typtype = 'e' then
              expression := format('(enum_range(null::%s))[1 + (n + n / 1000) %% cardinality(enum_range(null::%1$s))]', col.typid::regtype);
            else
              expression := case
                when col.typname = 'uuid' then 'pg_temp.key(n)'
                when col.typname in ('int4', 'int8') then 'n'
                when col.typname = 'int2' or col.typname = 'numeric' then 'n % 5'
                when col.typname = 'bool' then 'false'
                when col.typname in ('json', 'jsonb') then '''{}'''
                when col.typname in ('timestamptz', 'timestamp') then 'now() - n * interval ''1 second'''
                when col.typname = 'date' then '(date ''2000-01-01'' + (n / 1000) * interval ''1 month'')::date'
                when col.typname = 'inet' then 'inet ''203.0.113.1'''
                when col.typname = 'bytea' then '''\x00'''
                when col.typname = 'interval' then 'interval ''1 day'''
                when col.typcategory = 'A' then '''{}'''
                when col.atttypmod > 4 and col.atttypmod < 20 then format('left(n::text, %s)', col.atttypmod - 4)
                else '''r'' || n'
              end;
            end if;
            names := names || quote_ident(col.attname);
            expressions := expressions || expression;
          end loop;
          -- Unique keys of few values take fewer rows.
          execute format('insert into %s (%s) select %s from generate_series(1, %s) as n on conflict do nothing', tab,
            array_to_string(names, ', '), array_to_string(expressions, ', '), wanted);
          get diagnostics there = row_count;
          insert into filled values (tab);
          return there;
        end $$;
        """;
}
