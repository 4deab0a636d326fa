using System.CommandLine;
using System.Diagnostics;
using Hedgerow.Cli.Database;
using Hedgerow.Cli.Output;
using Hedgerow.Cli.Seed;
using Npgsql;

namespace Hedgerow.Cli.Commands.Db;

/// <summary>
/// <c>hedgerow db seed</c>: fills the empty applications with a believable world, all of it or nothing. Accounts with a published password
/// belong on a developer's machine only, so a database on another host is refused unless <c>--force</c> is said.
/// </summary>
internal static class SeedCommand
{
    public static Command Create()
    {
        var size = new Option<string>("--size")
        {
            Description = "small: 5 workspaces, in a second. large: 5,000 workspaces and a million messages, in minutes (default: small).",
            HelpName = "small|large",
            DefaultValueFactory = _ => "small",
        };
        size.AcceptOnlyFromAmong("small", "large");
        var force = new Option<bool>("--force") { Description = "Seed a database on another host as well." };
        var (state, db) = (CommonOptions.State(), CommonOptions.Db());
        var command = new Command("seed", "Fill iCreateTechs and the other applications with sample data: people, workspaces, projects, images, orders.") { size, state, db, force };
        command.SetAction(async (parsed, cancellation) =>
        {
            var steps = new Steps();
            await using var database = await steps.DuringAsync(async () =>
            {
                var opened = await AdminDatabase.OpenAsync(parsed.GetValue(db), parsed.FolderOf(state), steps, cancellation);
                // A server that this command has started may never have been migrated; one that runs already was.
                if (opened.Embedded is not null) await new PlatformSetup(opened, null, steps).RunAsync(cancellation);
                return opened;
            });
            if (!parsed.GetValue(force)) Preconditions.DemandDevelopment(new(database.ConnectionString));
            await SeedAsync(database.ConnectionString, parsed.GetValue(size) == "large" ? WorldPlan.Large : WorldPlan.Small, cancellation);
            return 0;
        });
        return command;
    }

    private static async Task SeedAsync(string connectionString, WorldPlan plan, CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        await using var source = NpgsqlDataSource.Create(connectionString);
        World world = null!;
        var seeded = await SeedOutput.DuringAsync(progress =>
        {
            var seeder = new Seeder(source, plan, DateTime.UtcNow, progress);
            world = seeder.World;
            return seeder.SeedAsync(cancellation);
        });
        SeedOutput.Print(seeded, world, watch.Elapsed);
    }
}
