using System.Net;
using Hedgerow.Cli.Database;
using Hedgerow.Postgres;
using Npgsql;

namespace Hedgerow.Cli.Seed;

/// <summary>What must be so before anything is written: each that is not ends the command with one clear line.</summary>
public static class Preconditions
{
    /// <summary>Only a unix socket, localhost or a loopback address counts as a developer's own machine.</summary>
    public static void DemandDevelopment(NpgsqlConnectionStringBuilder address)
    {
        var host = address.Host ?? "";
        if (host.StartsWith('/') || host == "localhost" || (IPAddress.TryParse(host, out var ip) && IPAddress.IsLoopback(ip)))
            return;
        throw new CommandFailure(
            $"{DatabaseUrl.Place(address)} is not on this machine, and the seed makes accounts whose password everybody knows.",
            "Say --force if it is a development database all the same.");
    }

    /// <summary>Asks inside the seed's transaction and locks out a second seed until it ends.</summary>
    public static async Task CheckAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        if (!await AskAsync(connection, "select to_regclass('public.workspaces') is not null and to_regclass('hedgerow.encryption_keys') is not null", cancellation))
            throw new CommandFailure("The database holds no iCreateTechs to fill.", "Run hedgerow migrate with the application icreatetechs first.");
        // COPY into tables with forced row-level security needs a login that passes it; pausing triggers needs their owner's rights.
        if (!await AskAsync(connection,
            "select r.rolsuper or (r.rolbypassrls and pg_has_role('hedgerow_admin', 'usage')) from pg_catalog.pg_roles as r where r.rolname = current_user", cancellation))
            throw new CommandFailure("This login may not seed: it neither is a superuser nor has BYPASSRLS and the rights of hedgerow_admin.", "Give --db a login that does.");
        await using (var take = new NpgsqlCommand("lock table public.workspaces in share row exclusive mode", connection))
            await take.ExecuteNonQueryAsync(cancellation);
        // Accounts are the seeded people of every application, and what they have would be taken for the seed's.
        if (await AskAsync(connection, "select exists (select from public.workspaces) or exists (select from auth.users)", cancellation))
            throw new CommandFailure("There is data already: public.workspaces or auth.users is not empty.", "Seed an empty database; hedgerow db reset makes one of this.");
        if (!await AskAsync(connection, "select exists (select from hedgerow.encryption_keys)", cancellation))
            throw new CommandFailure("The database has no public key to encrypt with.", "Start the platform once, or run hedgerow migrate: either stores it.");
    }

    private static async Task<bool> AskAsync(NpgsqlConnection connection, string question, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(question, connection);
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }
}
