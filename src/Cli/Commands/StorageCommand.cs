using System.CommandLine;
using System.Globalization;
using Hedgerow.Cli.Database;
using Hedgerow.Cli.Output;
using Hedgerow.Cli.State;
using Hedgerow.Gateway;
using Hedgerow.Gateway.Configuration;
using Hedgerow.Storage;
using Hedgerow.Storage.Backends;
using Hedgerow.Storage.Objects;
using Hedgerow.Storage.Reconcile;

namespace Hedgerow.Cli.Commands;

/// <summary>
/// <c>hedgerow storage reconcile</c>: removes stored bytes that no object points at, and says which objects lost theirs. It may run beside a platform.
/// </summary>
internal static class StorageCommand
{
    public static Command Create() => new("storage", "Look after stored objects.") { Reconcile(), StorageKeysCommand.Create() };

    private static Command Reconcile()
    {
        var (state, db, storage) = (CommonOptions.State(), CommonOptions.Db(), CommonOptions.Storage());
        var verify = new Option<bool>("--verify") { Description = "Read every object's bytes and hold them against their checksums." };
        var dryRun = new Option<bool>("--dry-run") { Description = "Remove nothing, only say what would be." };
        var force = new Option<bool>("--force") { Description = "Go on where the store holds nothing that belongs to this database." };
        var age = new Option<int>("--older-than")
        {
            Description = "Leave bytes younger than this many minutes alone: their upload may still be under way.", HelpName = "MINUTES", DefaultValueFactory = _ => 60,
        };
        var command = new Command("reconcile", "Hold the object store against the database.") { verify, dryRun, age, force, state, db, storage };
        command.SetAction(async (parsed, cancellation) =>
        {
            var plan = new ReconcilePlan(
                TimeSpan.FromMinutes(Math.Max(0, parsed.GetValue(age))), Removes: !parsed.GetValue(dryRun), FindsMissing: true,
                Verifies: parsed.GetValue(verify), Forced: parsed.GetValue(force));
            await using var database = await AdminDatabase.OpenAsync(parsed.GetValue(db), parsed.FolderOf(state), new Steps(), cancellation);
            return await RunAsync(database, SettingsOf(database, parsed.FolderOf(state), parsed.GetValue(storage)), plan, cancellation);
        });
        return command;
    }

    private static GatewaySettings SettingsOf(AdminDatabase database, StateFolder state, string? storage)
    {
        var overrides = new List<KeyValuePair<string, string?>> { new("Db:Url", database.ConnectionString) };
        if (storage is not null) overrides.Add(new("Storage:Url", storage));
        return GatewaySettings.Read(GatewaySettings.Layer([.. database.Secrets.Settings(), new("Storage:Url", state.ObjectsUrl)], overrides));
    }

    private static async Task<int> RunAsync(AdminDatabase database, GatewaySettings settings, ReconcilePlan plan, CancellationToken cancellation)
    {
        await using var store = settings.OpenObjectStore();
        await using var pool = Databases.ForStorage(settings.Db);
        var rows = new StorageDatabase(pool);
        var reconciler = new Reconciler(store, rows, TimeProvider.System, StorageEndpoints.InFlight(rows, store, settings.Storage));
        try
        {
            var report = await ProgressBar.DuringAsync(bar => reconciler.RunAsync(plan, bar, cancellation));
            Print(report, plan, store.Place);
            return report.IsDamaged ? 1 : 0;
        }
        catch (ForeignStoreException)
        {
            throw new CommandFailure(
                $"Nothing in {store.Place} belongs to an object in {Postgres.DatabaseUrl.Place(Postgres.DatabaseUrl.Parse(database.ConnectionString))}.",
                "Name the right store with --storage, or the right database with --db; --force removes all of it.");
        }
        catch (BackendException e)
        {
            throw new CommandFailure($"{e.Message} ({store.Place}).", "Mend it and run this again; what is done is done.");
        }
    }

    private static void Print(ReconcileReport report, ReconcilePlan plan, string place)
    {
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{place}: {report.Stored} stored versions, {report.Orphans} without an object ({report.OrphanBytes / 1e6:0.0} MB) {(plan.Removes ? "removed" : "found")}, {report.Unfinished} unfinished removed"));
        if (plan.Verifies) Console.WriteLine($"{report.Verified} objects verified, {report.Damaged.Length} damaged, {report.Unverifiable} without a checksum");
        foreach (var path in report.Missing) Console.WriteLine($"missing: {path}");
        foreach (var path in report.Damaged) Console.WriteLine($"damaged: {path}");
    }
}
