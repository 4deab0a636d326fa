using System.Diagnostics;
using System.Globalization;
using Hedgerow.Rest;
using Hedgerow.Rest.Schema;
using Npgsql;

namespace Hedgerow.Bench;

/// <summary>
/// The schema cache of 5,000 tables, 2,000 views and 3,000 functions: time to load and memory kept. The floor is reading the same
/// catalogue tables as they are, over the same driver, in the same run.
/// </summary>
/// <remarks>Options: <c>--db URL</c> (a superuser; the benchmark makes a database of its own and drops it).</remarks>
internal static class SchemaBenchmark
{
    private const string Name = "hedgerow_bench_schema";
    private const double MostSeconds = 3;
    private const double MostMegabytes = 150;

    public static async Task<bool> RunAsync(string[] options, CancellationToken cancellation)
    {
        var at = Array.IndexOf(options, "--db");
        var url = at >= 0 && at + 1 < options.Length ? options[at + 1] : Environment.GetEnvironmentVariable("HEDGEROW_BENCH_DB")
            ?? throw new InvalidOperationException("bench schema needs a database: --db postgresql://superuser:password@127.0.0.1:5432/name");
        await using var server = Connect(url, null);
        await ExecuteAsync(server, $"drop database if exists {Name}", cancellation);
        await ExecuteAsync(server, $"create database {Name} template template0", cancellation);
        try
        {
            await using var database = Connect(url, Name);
            Console.WriteLine("Making 5,000 tables, 2,000 views and 3,000 functions …");
            foreach (var step in Steps) await ExecuteAsync(database, step, cancellation);

            var rest = new RestOptions { Schemas = "api" };
            double best = double.MaxValue, floor = double.MaxValue;
            var before = GC.GetTotalMemory(forceFullCollection: true);
            SchemaCache? cache = null;
            for (var i = 0; i < 3; i++)
            {
                best = Math.Min(best, await SecondsAsync(async () => cache = await SchemaCacheLoader.LoadAsync(database, rest, cancellation)));
                floor = Math.Min(floor, await SecondsAsync(() => ReadAsync(database, cancellation)));
            }
            var kept = (GC.GetTotalMemory(forceFullCollection: true) - before) / 1048576.0;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"schema cache: {cache!.Tables.Count} relations, {cache.Relationships.Sum(r => r.Value.Length)} relationships, {cache.Routines.Count} functions; load {best:0.00} s (at most {MostSeconds:0}), floor {floor:0.00} s, ratio {best / floor:0.0}; kept {kept:0} MB (at most {MostMegabytes:0})"));
            return best <= MostSeconds && kept <= MostMegabytes;
        }
        finally
        {
            NpgsqlConnection.ClearAllPools();
            await ExecuteAsync(server, $"drop database if exists {Name} with (force)", CancellationToken.None);
        }
    }

    private static async Task<double> SecondsAsync(Func<Task> work)
    {
        var begun = Stopwatch.GetTimestamp();
        await work();
        return Stopwatch.GetElapsedTime(begun).TotalSeconds;
    }

    private static async Task ReadAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("""
            select oid, relname::text, relkind from pg_class;
            select attrelid, attnum, attname::text, atttypid, atttypmod, attnotnull from pg_attribute where attnum > 0;
            select adrelid, adnum, adbin::text from pg_attrdef;
            select oid, conname::text, conrelid, confrelid, conkey, confkey from pg_constraint;
            select oid, proname::text, proargnames, prorettype from pg_proc;
            select ev_class, ev_action::text from pg_rewrite
            """);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        do
        {
            while (await reader.ReadAsync(cancellation)) reader.GetValue(1);
        }
        while (await reader.NextResultAsync(cancellation));
    }

    private static NpgsqlDataSource Connect(string url, string? database)
    {
        var uri = new Uri(url);
        var login = uri.UserInfo.Split(':', 2);
        return NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder
        {
            Host = uri.Host,
            Port = uri.Port,
            Database = database ?? uri.AbsolutePath.Trim('/'),
            Username = Uri.UnescapeDataString(login[0]),
            Password = login.Length > 1 ? Uri.UnescapeDataString(login[1]) : null,
        });
    }

    private static async Task ExecuteAsync(NpgsqlDataSource database, string sql, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(sql);
        command.CommandTimeout = 600;
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static readonly string[] Steps =
    [
        "create schema api",
        // Committed in pieces: one transaction would need a lock for each table.
        """
        do $$ begin
          for i in 1..5000 loop
            execute format('create table api.table_%s (id bigint generated by default as identity primary key, parent_id bigint %s,
              owner uuid not null default gen_random_uuid(), name text not null, status varchar(20) default ''new'', payload jsonb not null default ''{}'',
              tags text[], amount numeric(12,2), created_at timestamptz not null default now(), updated_at timestamptz default now(), active boolean default true, note text)',
              i, case when i > 1 then format('references api.table_%s', 1 + (i * 7919) % (i - 1)) else '' end);
            if i % 250 = 0 then commit; end if;
          end loop;
        end $$
        """,
        """
        do $$ begin
          for i in 1..2000 loop
            execute format('create view api.view_%s as select t.id, t.parent_id, t.name, t.status, p.name as parent_name, p.id as parent, count(*) over () as n
              from api.table_%s t left join api.table_%s p on p.id = t.parent_id where t.active and t.created_at > now() - interval ''1 year''', i, i + 1, 1 + (i * 31) % 5000);
            if i % 250 = 0 then commit; end if;
          end loop;
        end $$
        """,
        """
        do $$ begin
          for i in 1..3000 loop
            execute format('create function api.function_%s(a int, b text default ''x'', c jsonb default null) returns %s language sql stable as $f$ %s $f$', i,
              case i % 3 when 0 then 'setof api.table_' || (1 + i % 5000) when 1 then 'int' else 'table(id int, name text)' end,
              case i % 3 when 0 then 'select * from api.table_' || (1 + i % 5000) when 1 then 'select 1' else 'select 1, ''x''' end);
            if i % 250 = 0 then commit; end if;
          end loop;
        end $$
        """,
        "analyze",
    ];
}
