using System.CommandLine;
using Hedgerow.Cli.Database;
using Hedgerow.Cli.Output;
using Hedgerow.Cli.State;
using Hedgerow.Gateway;
using Hedgerow.Gateway.Configuration;
using Hedgerow.Postgres;
using Hedgerow.Storage.Objects;
using Hedgerow.Storage.S3Protocol.Keys;

namespace Hedgerow.Cli.Commands;

/// <summary>
/// <c>hedgerow storage keys</c>: access keys for <c>/storage/v1/s3</c>, of a service or of a person. The platform sees at once what changes; it need not run.
/// </summary>
internal static class StorageKeysCommand
{
    private static readonly Session s_session = new(new Caller("service_role", """{"role":"service_role"}"""), "storage.s3.key");

    public static Command Create() => new("keys", "Make, list and revoke access keys for the S3 protocol.") { Make(), List(), Revoke() };

    private static Command Make()
    {
        var description = new Argument<string>("description") { Description = "What the key is for, for people." };
        var user = new Option<Guid?>("--user") { Description = "Whom it acts for, with the same rights (default: a service, which may do everything).", HelpName = "ID" };
        var (state, db) = (CommonOptions.State(), CommonOptions.Db());
        var command = new Command("create", "Make an access key and print it with its secret, which is not shown again.") { description, user, state, db };
        command.SetAction((parsed, cancellation) => WithKeysAsync(parsed, state, db, async keys =>
        {
            if (!(await keys.CreateAsync(s_session, parsed.GetRequiredValue(description), parsed.GetValue(user), cancellation)).Ok(out var key, out var error))
                throw new CommandFailure($"{error.Message.TrimEnd('.')}.", "");
            Console.WriteLine($"AWS_ACCESS_KEY_ID={key.AccessKeyId}");
            Console.WriteLine($"AWS_SECRET_ACCESS_KEY={keys.SecretOf(key)}");
        }, cancellation));
        return command;
    }

    private static Command List()
    {
        var (state, db) = (CommonOptions.State(), CommonOptions.Db());
        var command = new Command("list", "Show the access keys, without their secrets.") { state, db };
        command.SetAction((parsed, cancellation) => WithKeysAsync(parsed, state, db, async keys =>
        {
            foreach (var key in await keys.ListAsync(s_session, cancellation))
                Console.WriteLine($"{key.AccessKeyId}  {key.UserId?.ToString() ?? "service",-36}  {key.CreatedAt:u}  {key.Description}");
        }, cancellation));
        return command;
    }

    private static Command Revoke()
    {
        var id = new Argument<Guid>("id") { Description = "The access key id." };
        var (state, db) = (CommonOptions.State(), CommonOptions.Db());
        var command = new Command("revoke", "End an access key at once.") { id, state, db };
        command.SetAction((parsed, cancellation) => WithKeysAsync(parsed, state, db, async keys =>
        {
            if (!await keys.RevokeAsync(s_session, parsed.GetValue(id), cancellation))
                throw new CommandFailure($"There is no access key {parsed.GetValue(id):N}.", "./hedgerow storage keys list shows those that there are.");
            Console.WriteLine($"{parsed.GetValue(id):N} is refused from now on.");
        }, cancellation));
        return command;
    }

    private static async Task<int> WithKeysAsync(
        ParseResult parsed, Option<string?> state, Option<string?> db, Func<AccessKeys, Task> work, CancellationToken cancellation)
    {
        await using var database = await AdminDatabase.OpenAsync(parsed.GetValue(db), parsed.FolderOf(state), new Steps(), cancellation);
        var settings = GatewaySettings.Read(GatewaySettings.Layer(database.Secrets.Settings(), [new("Db:Url", database.ConnectionString)]));
        await using var pool = Databases.ForStorage(settings.Db);
        await work(new AccessKeys(new StorageDatabase(pool), settings.AccessKeySecrets));
        return 0;
    }
}
