using Npgsql;

namespace Hedgerow.Postgres.Migrations;

/// <summary>
/// Applies scripts that the journal does not name yet: each in a transaction of its own, together with its journal row. The caller holds
/// <see cref="SetupLock"/>, so two starts never apply the same script.
/// </summary>
public static class MigrationRunner
{
    /// <summary>The role that owns what migrations make; scripts run as it once it exists.</summary>
    public const string Owner = "hedgerow_admin";

    /// <summary>
    /// What every script starts from, whatever the login, the database or the script before has set:
    /// the search path is fixed, and a lock that does not come within 10 s ends the script rather than queueing all traffic behind it.
    /// </summary>
    private const string FreshSession =
        """
        set session authorization default; reset all;
        set local search_path = public, extensions;
        set local statement_timeout = 0; set local idle_in_transaction_session_timeout = 0; set local lock_timeout = '10s';
        set local check_function_bodies = on; set local client_min_messages = warning
        """;

    /// <summary>The scripts that are still to be applied, in order.</summary>
    /// <param name="all">Every script there is, of installed applications and others.</param>
    /// <param name="apps">The applications to install, beside the platform.</param>
    /// <exception cref="SetupException">An applied script was edited since, or its file is gone.</exception>
    public static IReadOnlyList<Script> Pending(
        IReadOnlyList<Script> all, IReadOnlyList<string> apps, IReadOnlyDictionary<string, string?> applied)
    {
        var byName = all.ToDictionary(script => script.Name, StringComparer.Ordinal);
        foreach (var (name, checksum) in applied)
        {
            if (!byName.TryGetValue(name, out var script))
                throw new SetupException(
                    $"migrations/{name} was applied to this database, and the file is gone.",
                    "Bring it back from version control; a newer checkout may have made this database.");
            if (checksum is not null && checksum != script.Checksum)
                throw new SetupException(
                    $"migrations/{name} was edited after it had been applied.",
                    "Bring the applied text back and put the change into a new script.");
        }
        return [.. all.Where(script => !applied.ContainsKey(script.Name) && (script.App == ScriptFolder.Platform || apps.Contains(script.App)))];
    }

    /// <summary>Applies <paramref name="script"/> and records it, or leaves everything as it was.</summary>
    /// <param name="asLogin">Run as the login itself rather than as <see cref="Owner"/>: so the first script can make the roles.</param>
    /// <exception cref="SetupException">PostgreSQL refuses it.</exception>
    public static async Task ApplyAsync(NpgsqlConnection connection, Script script, bool asLogin, CancellationToken cancellation)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await EnterAsync(connection, asLogin, cancellation);
        await new SqlFile($"migrations/{script.Name}", script.Text).RunAsync(connection, cancellation);

        await using var record = new NpgsqlBatch(connection)
        {
            BatchCommands = { new("set local session authorization default"), new("reset role"), Journal.Record(script) },
        };
        await record.ExecuteNonQueryAsync(cancellation);
        await CommitAsync(transaction, $"migrations/{script.Name}", cancellation);
    }

    /// <summary>Commits; what only shows then (a deferred constraint) is still reported with the file's name.</summary>
    internal static async Task CommitAsync(NpgsqlTransaction transaction, string file, CancellationToken cancellation)
    {
        try
        {
            await transaction.CommitAsync(cancellation);
        }
        catch (PostgresException error)
        {
            throw new SetupException($"{file}: {error.MessageText} (SQLSTATE {error.SqlState}), found at commit.", error.Hint ?? "", error);
        }
    }

    /// <summary>Puts the transaction into the state that every file starts from.</summary>
    internal static async Task EnterAsync(NpgsqlConnection connection, bool asLogin, CancellationToken cancellation)
    {
        await using var fresh = new NpgsqlCommand(FreshSession, connection);
        await fresh.ExecuteNonQueryAsync(cancellation);
        if (asLogin) return;
        await using var become = new NpgsqlCommand(
            "select set_config('role', rolname, true) from pg_roles where rolname = $1 and pg_has_role(oid, 'MEMBER')", connection)
        {
            Parameters = { new() { Value = Owner } },
        };
        await become.ExecuteNonQueryAsync(cancellation);
    }
}
