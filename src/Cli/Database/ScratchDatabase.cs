using Hedgerow.Postgres;
using Npgsql;

namespace Hedgerow.Cli.Database;

/// <summary>An empty database beside another on its server, dropped again unless it takes the other's place.</summary>
internal sealed class ScratchDatabase : IAsyncDisposable
{
    private readonly NpgsqlConnectionStringBuilder _beside;
    private bool _inPlace;

    private ScratchDatabase(NpgsqlConnectionStringBuilder beside, NpgsqlConnectionStringBuilder address) => (_beside, Address) = (beside, address);

    public NpgsqlConnectionStringBuilder Address { get; }

    /// <summary>Made from <c>template0</c>, with the grants that the database beside it has: no archive holds those.</summary>
    /// <exception cref="CommandFailure">The login may not create databases.</exception>
    public static async Task<ScratchDatabase> CreateAsync(string beside, CancellationToken cancellation)
    {
        var address = new NpgsqlConnectionStringBuilder(beside) { Pooling = false };
        var scratch = new ScratchDatabase(address, new(address.ConnectionString) { Database = $"hedgerow_scratch_{Guid.NewGuid():N}"[..32] });
        try
        {
            await scratch.OnServerAsync($"create database {Sql.Identifier(scratch.Address.Database!)} template template0", cancellation);
            await scratch.CopyGrantsAsync(cancellation);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            throw new CommandFailure($"The login {address.Username} may not create a database to restore into.", $"As a superuser: alter role {Sql.Identifier(address.Username!)} createdb;");
        }
        return scratch;
    }

    /// <summary>
    /// Gives this database the name of the one beside it, whose sessions are ended and which is dropped. Both renames are one transaction: whoever connects
    /// finds the one or the other.
    /// </summary>
    public async Task TakePlaceAsync(CancellationToken cancellation)
    {
        var (name, replaced) = (_beside.Database!, $"{Address.Database}_old");
        await OnServerAsync($"alter database {Sql.Identifier(name)} allow_connections false", cancellation); // pools connect again at once
        try
        {
            await OnServerAsync(
                $"""
                select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname in ({Sql.Literal(name)}, {Sql.Literal(Address.Database!)});
                alter database {Sql.Identifier(name)} rename to {Sql.Identifier(replaced)};
                alter database {Sql.Identifier(Address.Database!)} rename to {Sql.Identifier(name)};
                """, cancellation);
            _inPlace = true;
        }
        finally
        {
            if (!_inPlace) await OnServerAsync($"alter database {Sql.Identifier(name)} allow_connections true", CancellationToken.None);
        }
        await OnServerAsync($"drop database {Sql.Identifier(replaced)} with (force)", cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_inPlace) await OnServerAsync($"drop database if exists {Sql.Identifier(Address.Database!)} with (force)", CancellationToken.None);
    }

    private Task CopyGrantsAsync(CancellationToken cancellation) => OnServerAsync(
        $"""
        do $do$
        declare statement text;
        begin
          revoke all on database {Sql.Identifier(Address.Database!)} from public;
          for statement in
            select format('grant %s on database %I to %s', a.privilege_type, {Sql.Literal(Address.Database!)},
                          case a.grantee when 0 then 'public' else a.grantee::regrole::text end)
            from pg_database d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a
            where d.datname = {Sql.Literal(_beside.Database!)}
          loop
            execute statement;
          end loop;
        end
        $do$
        """, cancellation);

    /// <summary>Runs from <c>template1</c>, which every server has: no session may stand in a database that is renamed.</summary>
    private async Task OnServerAsync(string sql, CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(_beside.ConnectionString) { Database = "template1" }.ConnectionString);
        await connection.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
