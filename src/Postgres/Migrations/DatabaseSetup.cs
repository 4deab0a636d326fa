using System.Diagnostics;
using Hedgerow.Postgres.Encryption;
using Hedgerow.Postgres.Policies;
using Hedgerow.Postgres.Provisioning;
using Npgsql;

namespace Hedgerow.Postgres.Migrations;

/// <summary>What a database is to be brought to.</summary>
/// <param name="SqlFolder">The checkout's <c>sql/</c>.</param>
/// <param name="Apps">Applications to install beside the platform, in this order.</param>
public sealed record SetupOptions(string SqlFolder, IReadOnlyList<string> Apps)
{
    /// <summary>The roles whose making needs rights; the platform's own, except in tests.</summary>
    public IReadOnlyList<PlatformRole> Roles { get; init; } = PlatformRoles.All;

    /// <summary>What the rooms' logins' passwords are derived from; null leaves the passwords as they are.</summary>
    public string? LoginSecret { get; init; }

    /// <summary>The key pair of encrypted columns, of which the database gets the public half; null leaves the database's as it is.</summary>
    public OpenPgpKeyPair? EncryptionKeys { get; init; }

    public string Migrations => Path.Combine(SqlFolder, "migrations");
    public string Policies => Path.Combine(SqlFolder, "policies");
}

/// <summary>
/// Brings a database to the state of the checkout, whatever state it is in: migrations, passwords and keys, then policies, under one lock. Run at every start;
/// when there is nothing to do it takes a few milliseconds.
/// </summary>
public static class DatabaseSetup
{
    /// <param name="connectionString">The admin login.</param>
    /// <param name="progress">Called for each step, on the caller's flow of control.</param>
    /// <exception cref="SetupException">The server cannot be reached, a right is missing, a file is refused.</exception>
    public static async Task RunAsync(
        string connectionString, SetupOptions options, Action<SetupStep>? progress = null, CancellationToken cancellation = default)
    {
        progress ??= _ => { };
        var scripts = ScriptFolder.Read(options.Migrations, options.Apps);
        await using var connection = await SetupConnection.OpenAsync(connectionString, cancellation);
        SetupRights.DemandVersion(connection);
        await SetupRights.DemandOwnershipAsync(connection, cancellation);
        await SetupLock.TakeAsync(connection, () => progress(new SetupStep.Waiting()), cancellation);
        try
        {
            var changed = await MigrateAsync(connection, scripts, options, progress, cancellation);
            await ProvisionAsync(connection, options, progress, cancellation);
            changed |= await ApplyPoliciesAsync(connection, scripts, options, progress, cancellation);
            if (changed) await ReloadSchemaCachesAsync(connection, cancellation);
        }
        finally
        {
            if (connection.State == System.Data.ConnectionState.Open) await SetupLock.ReleaseAsync(connection);
        }
    }

    private static async Task<bool> MigrateAsync(
        NpgsqlConnection connection, IReadOnlyList<Script> scripts, SetupOptions options, Action<SetupStep> progress, CancellationToken cancellation)
    {
        var applied = await Journal.ReadAsync(connection, cancellation);
        var pending = MigrationRunner.Pending(scripts, options.Apps, applied);
        if (pending.Count > 0) await SetupRights.DemandAsync(connection, options.Roles, cancellation);
        if (pending.Count > 0 || applied.Values.Contains(null)) await Journal.EnsureAsync(connection, cancellation);

        for (var at = 0; at < pending.Count; at++)
        {
            var script = pending[at];
            progress(new SetupStep.Applying(script.Name, at + 1, pending.Count));
            var clock = Stopwatch.StartNew();
            await MigrationRunner.ApplyAsync(connection, script, asLogin: script == scripts[0], cancellation);
            progress(new SetupStep.Applied(script.Name, clock.Elapsed));
        }
        await AdoptAsync(connection, scripts, applied, cancellation);
        return pending.Count > 0;
    }

    // Rows that DbUp wrote have no checksum: from now on the present text counts as what was applied.
    private static async Task AdoptAsync(
        NpgsqlConnection connection, IReadOnlyList<Script> scripts, IReadOnlyDictionary<string, string?> applied, CancellationToken cancellation)
    {
        await using var adopt = new NpgsqlBatch(connection);
        foreach (var script in scripts.Where(script => applied.TryGetValue(script.Name, out var checksum) && checksum is null))
            adopt.BatchCommands.Add(Journal.Adopt(script));
        if (adopt.BatchCommands.Count > 0) await adopt.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task ProvisionAsync(NpgsqlConnection connection, SetupOptions options, Action<SetupStep> progress, CancellationToken cancellation)
    {
        if (options.LoginSecret is { } secret)
        {
            var logins = await LoginProvisioning.RunAsync(
                connection, secret, [.. options.Roles.Where(role => role.Login).Select(role => role.Name)], cancellation);
            if (logins.Count > 0) progress(new SetupStep.Passwords(logins));
        }
        if (options.EncryptionKeys is { } keys && await EncryptionProvisioning.RunAsync(connection, keys, cancellation))
            progress(new SetupStep.EncryptionKey());
    }

    private static async Task<bool> ApplyPoliciesAsync(
        NpgsqlConnection connection, IReadOnlyList<Script> scripts, SetupOptions options, Action<SetupStep> progress, CancellationToken cancellation)
    {
        var any = false;
        foreach (var folder in await InstalledPoliciesAsync(connection, scripts, options, cancellation))
        {
            var files = await PolicyApplier.ApplyAsync(connection, folder, cancellation);
            if (files.Count == 0) continue;
            progress(new SetupStep.Policies(folder.Schema, files));
            any = true;
        }
        return any;
    }

    /// <summary>The policy folders of the platform and of those applications that the journal says are installed.</summary>
    internal static async Task<IReadOnlyList<PolicyFolder>> InstalledPoliciesAsync(
        NpgsqlConnection connection, IReadOnlyList<Script> scripts, SetupOptions options, CancellationToken cancellation)
    {
        var applied = await Journal.ReadAsync(connection, cancellation);
        var known = scripts.Select(script => script.App).Distinct().ToList();
        var installed = scripts.Where(script => applied.ContainsKey(script.Name)).Select(script => script.App).ToHashSet(StringComparer.Ordinal);
        return PolicyFolder.ReadInstalled(options.Policies, known, installed);
    }

    // PostgREST's own signal; every gateway listens to it.
    private static async Task ReloadSchemaCachesAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var notify = new NpgsqlCommand("notify pgrst, 'reload schema'", connection);
        await notify.ExecuteNonQueryAsync(cancellation);
    }
}
