using Hedgerow.Gateway.Configuration;
using Hedgerow.Postgres.Encryption;
using Hedgerow.Postgres.Migrations;

namespace Hedgerow.Cli.Database;

/// <summary>Brings a database to the state of the checkout's <c>sql/</c>, saying each step as a line.</summary>
/// <param name="database">Under the admin login.</param>
/// <param name="apps">Applications, comma list; null: <c>HEDGEROW_Apps</c>, else every folder of <c>sql/migrations</c>.</param>
public sealed class PlatformSetup(AdminDatabase database, string? apps, IProgress<string> progress)
{
    /// <summary>The checkout's <c>sql/</c>.</summary>
    public static string SqlFolder => Path.Combine(Checkout.Root, "sql");

    /// <exception cref="Postgres.SetupException">Nothing is half applied then.</exception>
    public Task RunAsync(CancellationToken cancellation) =>
        DatabaseSetup.RunAsync(database.ConnectionString, WithSecrets(Options(apps)), step => Say(step), cancellation);

    /// <summary>What the checkout and <c>--apps</c> ask for.</summary>
    public static SetupOptions Options(string? apps) => new(
        SqlFolder,
        (apps ?? Environment.GetEnvironmentVariable("HEDGEROW_Apps")) is { Length: > 0 } list
            ? list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            : ScriptFolder.Apps(Path.Combine(SqlFolder, "migrations")));

    // The environment wins over the state folder's secrets, as it does for the gateway that will use them.
    private SetupOptions WithSecrets(SetupOptions options)
    {
        var settings = GatewaySettings.Layer(database.Secrets.Settings(), []);
        try
        {
            return options with
            {
                LoginSecret = settings["Db:LoginSecret"],
                EncryptionKeys = settings["Encryption:PrivateKey"] is { Length: > 0 } key ? OpenPgpKeyPair.Parse(key) : null,
            };
        }
        catch (FormatException e)
        {
            throw new SettingException("Encryption:PrivateKey", e.Message, e);
        }
    }

    private void Say(SetupStep step)
    {
        var line = step switch
        {
            SetupStep.Waiting => "Waiting for another hedgerow that sets the same database up",
            SetupStep.Applying applying => $"Migration {applying.Number} of {applying.Of}: {applying.Script}",
            SetupStep.Policies policies => $"Policies of {policies.Schema}: {Count(policies.Files.Count, "file")}",
            SetupStep.Passwords passwords => $"Passwords of {string.Join(", ", passwords.Logins)}",
            SetupStep.EncryptionKey => "Public key for encrypted columns",
            _ => null,
        };
        if (line is not null) progress.Report(line);
    }

    private static string Count(int number, string noun) => number == 1 ? $"1 {noun}" : $"{number} {noun}s";
}
