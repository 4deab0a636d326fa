using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace Hedgerow.Bench;

/// <summary>A schema of its own on a running PostgreSQL: 100,000 rows under row-level security, and a login that may become one role.</summary>
internal sealed class BenchDatabase : IAsyncDisposable
{
    public const int Rows = 100_000;
    public const string Secret = "a-secret-that-only-the-benchmark-knows-and-uses";

    private readonly NpgsqlDataSource _admin;
    private readonly int _postmaster;

    private BenchDatabase(NpgsqlDataSource admin, int postmaster, string authenticatorUrl) =>
        (_admin, _postmaster, AuthenticatorUrl) = (admin, postmaster, authenticatorUrl);

    /// <summary>What pgbench and Hedgerow connect to.</summary>
    public string AuthenticatorUrl { get; }

    /// <summary>A token for the role <c>bench_user</c>.</summary>
    public string Token { get; } = Sign("""{"role":"bench_user","sub":"00000000-0000-0000-0000-000000000001","exp":4102444800}""");

    /// <exception cref="InvalidOperationException">No database was named.</exception>
    public static async Task<BenchDatabase> PrepareAsync(string? url, CancellationToken cancellation)
    {
        url ??= Environment.GetEnvironmentVariable("HEDGEROW_BENCH_DB")
            ?? throw new InvalidOperationException("bench rest needs a database: --db postgresql://superuser:password@127.0.0.1:5432/name (./hedgerow status -o env prints DB_URL).");
        var uri = new Uri(url);
        var login = uri.UserInfo.Split(':', 2);
        var admin = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder
        {
            Host = uri.Host,
            Port = uri.Port,
            Database = uri.AbsolutePath.Trim('/'),
            Username = Uri.UnescapeDataString(login[0]),
            Password = login.Length > 1 ? Uri.UnescapeDataString(login[1]) : null,
        });
        await using (var command = admin.CreateCommand(Setup))
        {
            command.CommandTimeout = 120;
            await command.ExecuteNonQueryAsync(cancellation);
        }
        // Outside the block above: VACUUM runs in no transaction.
        await using (var vacuum = admin.CreateCommand("vacuum (analyze) bench.items")) await vacuum.ExecuteNonQueryAsync(cancellation);
        await using var ask = admin.CreateCommand("select pg_backend_pid()");
        var postmaster = Parent((int)(await ask.ExecuteScalarAsync(cancellation))!);
        return new(admin, postmaster, $"postgresql://bench_authenticator:bench@{uri.Host}:{uri.Port}{uri.AbsolutePath}");
    }

    /// <summary>CPU time of all the server's processes, those that ended included. Zero where it runs on another machine.</summary>
    public TimeSpan CpuTime() => ProcessTimes.OfTree(_postmaster);

    /// <summary>The parent of a process of this machine; 0 where there is no such process.</summary>
    public static int Parent(int process)
    {
        var stat = $"/proc/{process}/stat";
        return File.Exists(stat) ? int.Parse(File.ReadAllText(stat).Split(')')[^1].Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) : 0;
    }

    private static string Sign(string claims)
    {
        static string Encode(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');
        var head = Encode(Encoding.ASCII.GetBytes("""{"alg":"HS256","typ":"JWT"}""")) + "." + Encode(Encoding.ASCII.GetBytes(claims));
        return head + "." + Encode(HMACSHA256.HashData(Encoding.ASCII.GetBytes(Secret), Encoding.ASCII.GetBytes(head)));
    }

    public async ValueTask DisposeAsync()
    {
        await using (var command = _admin.CreateCommand("drop schema if exists bench cascade; drop role if exists bench_authenticator; drop role if exists bench_user"))
            await command.ExecuteNonQueryAsync();
        await _admin.DisposeAsync();
    }

    private const string Setup = """
        do $$ begin
          if not exists (select from pg_roles where rolname = 'bench_user') then create role bench_user; end if;
          if not exists (select from pg_roles where rolname = 'bench_authenticator') then create role bench_authenticator login noinherit password 'bench'; end if;
        end $$;
        grant bench_user to bench_authenticator;
        drop schema if exists bench cascade;
        create schema bench;
        -- pgbench parses all statements of a pipeline before it runs the one that sets the role.
        grant usage on schema bench to bench_user, bench_authenticator;
        create table bench.items (id int primary key, owner uuid not null, name text not null, price numeric not null, created_at timestamptz not null default now());
        insert into bench.items
          select i, '00000000-0000-0000-0000-000000000001', 'item number ' || i, i / 100.0 from generate_series(1, 100000) i;
        create table bench.log (id bigint generated always as identity primary key, item_id int not null, note text, at timestamptz not null default now());
        alter table bench.items enable row level security;
        alter table bench.log enable row level security;
        create policy own on bench.items for select to bench_user
          using (owner = (select (nullif(current_setting('request.jwt.claims', true), '')::json ->> 'sub')::uuid));
        create policy own on bench.log to bench_user using (true) with check (true);
        grant select on bench.items to bench_user;
        grant select, insert on bench.log to bench_user;
        """;
}
