using System.CommandLine;

namespace Hedgerow.Cli.Commands;

/// <summary><c>hedgerow up</c>: runs the platform in the foreground until Ctrl-C.</summary>
internal static class UpCommand
{
    public static Command Create()
    {
        var port = new Option<int?>("--port") { Description = "Port on 127.0.0.1; 0 takes a free one (default: 8000).", HelpName = "PORT" };
        port.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && (!int.TryParse(token.Value, out var value) || value is < 0 or > 65535))
                result.AddError($"--port {token.Value}: a port is a number from 0 to 65535.");
        });
        var state = CommonOptions.State();
        var db = CommonOptions.Db();
        var storage = CommonOptions.Storage();
        var apps = CommonOptions.Apps();
        var noMigrate = new Option<bool>("--no-migrate") { Description = "Serve the database as it is, under the login of --db." };
        var watch = new Option<bool>("--watch") { Description = "Apply policies and migrations again whenever their files change." };

        var command = new Command("up", "Run the platform: PostgreSQL (embedded unless --db is given), migrations, policies, API.")
        {
            port, state, db, storage, apps, noMigrate, watch,
        };
        command.SetAction((parsed, cancellation) => new Up
        {
            State = parsed.FolderOf(state),
            Port = parsed.GetValue(port),
            Db = parsed.GetValue(db),
            Storage = parsed.GetValue(storage),
            Apps = parsed.GetValue(apps),
            Migrates = !parsed.GetValue(noMigrate),
            Watches = parsed.GetValue(watch),
        }.RunAsync(cancellation));
        return command;
    }
}
