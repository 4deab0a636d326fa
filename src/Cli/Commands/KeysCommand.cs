using System.CommandLine;
using Hedgerow.Auth.Data;
using Hedgerow.Auth.Tokens;
using Hedgerow.Auth.Tokens.Rotation;
using Hedgerow.Cli.Database;
using Hedgerow.Cli.Output;
using Hedgerow.Cli.State;
using Hedgerow.Gateway.Configuration;
using Npgsql;

namespace Hedgerow.Cli.Commands;

/// <summary>
/// <c>hedgerow keys</c>: the secrets of a production installation, and the keys that sign access tokens. A rotation changes who signs people's tokens;
/// the configured keys go on verifying, and the anon and service keys, which they signed, go on working: as on Supabase, where those stay valid
/// until the legacy secret is given up. Whoever wants to be rid of the configured secret too replaces it, which re-issues both keys.
/// </summary>
internal static class KeysCommand
{
    private static readonly TimeSpan s_skew = TimeSpan.FromSeconds(VerifiedToken.AllowedSkew);

    public static Command Create() => new("keys", "Make, list, rotate and revoke keys.") { Generate(), List(), Rotate(), Revoke() };

    private static Command Generate()
    {
        var generate = new Command("generate", "Print an .env with new secrets: ./hedgerow keys generate > .env");
        generate.SetAction(_ =>
        {
            Console.WriteLine("# Secrets of one installation. Keep a copy where the database's backups are not:");
            Console.WriteLine("# without the private key, encrypted columns cannot be read again.");
            foreach (var (section, name, make) in StateSecrets.Generated)
                Console.WriteLine($"HEDGEROW_{section}__{name}={make()}");
            Console.WriteLine($"POSTGRES_PASSWORD={StateSecrets.Random(24)}");
            Console.WriteLine($"MINIO_ROOT_PASSWORD={StateSecrets.Random(24)}");
        });
        return generate;
    }

    private static Command Rotate()
    {
        var algorithm = new Option<string>("--algorithm")
        {
            Description = "ES256 and RS256: others verify with /.well-known/jwks.json. HS256: with a secret that only the gateways have (default: ES256).",
            HelpName = "ES256|RS256|HS256",
            DefaultValueFactory = _ => "ES256",
        };
        algorithm.AcceptOnlyFromAmong("ES256", "RS256", "HS256");
        var (state, db) = (CommonOptions.State(), CommonOptions.Db());
        var command = new Command("rotate", "Sign access tokens with a new key from now on; no gateway is restarted, and nobody is signed out.") { algorithm, state, db };
        command.SetAction((parsed, cancellation) => WithStoreAsync(parsed, state, db, async (store, jwt) =>
        {
            if (!store.CanSeal)
                throw new CommandFailure("Encryption:PrivateKey is missing: signing keys are not stored in clear.", "Set HEDGEROW_Encryption__PrivateKey, the same for every gateway.");
            var reload = TimeSpan.FromSeconds(jwt.KeysReloadSeconds);
            // The key before it may sign until the last gateway has looked again.
            var key = await store.RotateAsync(
                Enum.Parse<JwtAlgorithm>(parsed.GetValue(algorithm)!), lead: 3 * reload, lifetime: reload + TimeSpan.FromSeconds(jwt.Expiry) + s_skew, cancellation);
            Console.WriteLine($"{key.Id} ({key.Algorithm}) signs from {key.SignsAt:u} on, when every gateway knows it.");
            Console.WriteLine("The key before it verifies until its last token has expired; ./hedgerow keys list shows when.");
        }, cancellation));
        return command;
    }

    private static Command List()
    {
        var (state, db) = (CommonOptions.State(), CommonOptions.Db());
        var command = new Command("list", "Show the keys in force: which signs, which still verify, and until when.") { state, db };
        command.SetAction((parsed, cancellation) => WithStoreAsync(parsed, state, db, async (store, jwt) =>
        {
            var stored = await store.ReadAsync(cancellation);
            var signer = stored.LastOrDefault(key => key.MaySign);
            var configured = JwtKeySet.From(jwt);
            foreach (var key in configured.Keys)
                Say(key.Id ?? "configured", key.SigningAlgorithm.ToString(), key == configured.Signer && signer is null ? "signs" : "verifies as long as it is configured");
            foreach (var key in stored)
                Say(key.Id.ToString(), key.Algorithm,
                    key == signer ? key.VerifiesUntil is null ? "signs" : $"signs until its successor does; verifies until {key.VerifiesUntil:u}"
                    : key.MaySign || key.VerifiesUntil is not null ? $"verifies until {key.VerifiesUntil:u}"
                    : $"signs from {key.SignsAt:u} on");
        }, cancellation));
        return command;
    }

    private static Command Revoke()
    {
        var kid = new Argument<Guid>("kid") { Description = "The key's id, as ./hedgerow keys list shows it." };
        var (state, db) = (CommonOptions.State(), CommonOptions.Db());
        var command = new Command("revoke", "End a key at once: the tokens that it signed are refused, their bearers refresh or sign in again.") { kid, state, db };
        command.SetAction((parsed, cancellation) => WithStoreAsync(parsed, state, db, async (store, jwt) =>
        {
            var id = parsed.GetValue(kid);
            if ((await store.ReadAsync(cancellation)).LastOrDefault(key => key.MaySign) is { VerifiesUntil: null } signer && signer.Id == id)
                throw new CommandFailure($"{id} is the key that signs.", "First ./hedgerow keys rotate, and wait until the new key signs.");
            if (!await store.RevokeAsync(id, cancellation))
                throw new CommandFailure($"There is no key {id}.", "./hedgerow keys list shows those in force. A configured key ends when it is taken out of the configuration.");
            Console.WriteLine($"{id} is refused by every gateway within {jwt.KeysReloadSeconds} s.");
        }, cancellation));
        return command;
    }

    private static void Say(string id, string algorithm, string state) => Console.WriteLine($"{id,-36}  {algorithm,-6}  {state}");

    private static async Task<int> WithStoreAsync(
        ParseResult parsed, Option<string?> state, Option<string?> db, Func<KeyStore, JwtOptions, Task> work, CancellationToken cancellation)
    {
        var steps = new Steps();
        await using var database = await AdminDatabase.OpenAsync(parsed.GetValue(db), parsed.FolderOf(state), steps, cancellation);
        // A server that this command has started may never have been migrated; one that runs already was.
        if (database.Embedded is not null) await new PlatformSetup(database, null, steps).RunAsync(cancellation);
        var settings = GatewaySettings.Read(GatewaySettings.Layer(database.Secrets.Settings(), [new("Db:Url", database.ConnectionString)]));
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        await work(new KeyStore(source, new SecretBox(settings.SigningKeyKey)), settings.Jwt);
        return 0;
    }
}
