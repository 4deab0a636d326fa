using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Hedgerow.Auth.Tokens;
using Hedgerow.Cli.Database;
using Hedgerow.Cli.Output;
using Hedgerow.Cli.State;
using Hedgerow.Gateway;
using Hedgerow.Gateway.Configuration;
using Hedgerow.Gateway.Operations;
using Hedgerow.Postgres;
using Hedgerow.Storage.Backends;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Hedgerow.Cli;

/// <summary>One run of the platform: everything that has been started is stopped again in the opposite order, however it ends.</summary>
internal sealed class Up
{
    private const string DefaultUrl = "http://127.0.0.1:8000";
    private static readonly TimeSpan s_readyPatience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_statePatience = TimeSpan.FromSeconds(10);

    public required StateFolder State { get; init; }

    /// <summary>Null: the one that the settings name, or 8000.</summary>
    public int? Port { get; init; }

    /// <summary>Null: the embedded server.</summary>
    public string? Db { get; init; }

    /// <summary>Null: the one that the settings name, or files below <see cref="State"/>.</summary>
    public string? Storage { get; init; }

    /// <summary>Comma list; null: all.</summary>
    public string? Apps { get; init; }

    public bool Migrates { get; init; } = true;
    public bool Watches { get; init; }

    /// <summary>Returns 0 after Ctrl-C, SIGTERM or <c>down</c>.</summary>
    /// <exception cref="CommandFailure">It could not start.</exception>
    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        using var held = await TakeStateAsync(cancellation);
        var secrets = StateSecrets.Open(State);
        var settings = GatewaySettings.Read(Configuration(secrets, "postgresql://before-the-database-is-known"));
        RequireFreePorts(settings.Gateway.Urls);
        await MeetObjectStoreAsync(settings, cancellation);
        new RunningPlatform(Environment.ProcessId, Ready: false, settings.Gateway.Urls).Write(State);

        var steps = new Steps();
        AdminDatabase? database = null;
        WebApplication? gateway = null;
        // Said the moment the signal arrives, before anything is taken down.
        using var ending = cancellation.Register(() =>
        {
            gateway?.Services.GetRequiredService<Readiness>().Close();
            File.Delete(State.Running);
        });
        try
        {
            var platform = await steps.DuringAsync(async () =>
            {
                database = await AdminDatabase.OpenAsync(Db, State, null, steps, cancellation);
                // Most of both is code that runs for the first time, and there is more than one core.
                var anonKey = KeyFor("anon", settings, secrets);
                var build = Task.Run(() => GatewayHost.Build(Configuration(secrets, database.ConnectionString, anonKey)), CancellationToken.None);
                try
                {
                    if (Migrates) await new PlatformSetup(database, Apps, steps).RunAsync(cancellation);
                }
                finally
                {
                    gateway = await build;
                }
                await StartAsync(gateway, cancellation);
                await ReadyAsync(gateway.Urls.First(), cancellation);
                return Describe(gateway, database, settings, anonKey, KeyFor("service_role", settings, secrets));
            });
            platform.Write(State);
            PlatformTable.Print(platform);
            if (Watches) await new SqlWatch(new PlatformSetup(database!, Apps, steps), steps).RunAsync(cancellation);
            else await Task.Delay(Timeout.Infinite, cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            steps.Report("Stopping");
        }
        finally
        {
            if (gateway is not null)
            {
                await gateway.StopAsync(CancellationToken.None);
                await gateway.DisposeAsync();
            }
            if (database is not null) await database.DisposeAsync();
            File.Delete(State.Running);
        }
        return 0;
    }

    /// <param name="anonKey">Null: not known yet, or there is none.</param>
    private IConfiguration Configuration(StateSecrets secrets, string database, string? anonKey = null)
    {
        var overrides = new List<KeyValuePair<string, string?>>
        {
            new("Db:Url", database),
            new("Db:ServeAsLogin", Migrates ? "false" : "true"),
        };
        if (Storage is not null) overrides.Add(new("Storage:Url", Storage));
        if (Port is { } port) overrides.Add(new("Gateway:Urls", $"http://127.0.0.1:{port}"));
        List<KeyValuePair<string, string?>> defaults = [.. secrets.Settings(), new("Gateway:Urls", DefaultUrl), new("Storage:Url", State.ObjectsUrl)];
        if (anonKey is not null) defaults.Add(new("Storage:AnonKey", anonKey));
        // The embedded server is for development: there mails and text messages are to be looked at, and the examples tried.
        if (Db is null && AdminDatabase.Given is null)
        {
            defaults.Add(new("Gateway:Examples", Path.Combine(Checkout.Root, "examples")));
            foreach (var setting in (string[])["Auth:Mail:DevInbox", "Auth:Sms:Enabled", "Auth:Mfa:PhoneEnroll", "Auth:Mfa:PhoneVerify"])
                defaults.Add(new(setting, "true"));
        }
        return GatewaySettings.Layer(defaults, overrides);
    }

    /// <summary>A holder that announces nothing is about to stop, or another command that is done soon: worth a moment.</summary>
    private async Task<StateLock> TakeStateAsync(CancellationToken cancellation)
    {
        for (var waited = Stopwatch.StartNew(); ; await Task.Delay(TimeSpan.FromMilliseconds(25), cancellation))
        {
            if (StateLock.TryTake(State) is { } held) return held;
            if (waited.Elapsed > s_statePatience || RunningPlatform.Find(State) is not null) throw AlreadyRunning();
        }
    }

    private CommandFailure AlreadyRunning() => RunningPlatform.Find(State) is { } running
        ? new($"Hedgerow is running already on {running.ApiUrl} (process {running.Pid}, state {State.Path}).", "./hedgerow status shows its keys, ./hedgerow down stops it.")
        : new($"Another hedgerow command uses {State.Path}.", "Try again when it is done.");

    /// <summary>Before anything is installed or migrated: a port that another program holds would only be found at the very end.</summary>
    private static void RequireFreePorts(string urls)
    {
        foreach (var url in urls.Split(';').Select(text => new Uri(text)))
        {
            var address = IPAddress.TryParse(url.Host.Trim('[', ']'), out var ip) ? ip : url.Host == "localhost" ? IPAddress.Loopback : IPAddress.Any;
            try
            {
                using var listener = new TcpListener(address, url.Port);
                listener.Start();
            }
            catch (SocketException e)
            {
                throw PortTaken(url.Authority, e);
            }
        }
    }

    private static CommandFailure PortTaken(string authority, Exception e) => new(
        $"{authority} cannot be listened on: {e.Message.TrimEnd('.')}.", "Stop the program that uses the port, or choose another with --port.");

    private static async Task StartAsync(WebApplication gateway, CancellationToken cancellation)
    {
        try
        {
            await gateway.StartAsync(cancellation);
        }
        catch (IOException e)
        {
            throw PortTaken("The port", e.InnerException ?? e);
        }
    }

    /// <summary>A store that does not answer would keep the platform from ever being ready: said before anything is installed or migrated.</summary>
    private static async Task MeetObjectStoreAsync(GatewaySettings settings, CancellationToken cancellation)
    {
        if (!settings.ServesStorage) return;
        await using var store = settings.OpenObjectStore();
        try
        {
            await store.AnswersAsync(cancellation);
        }
        catch (BackendException e)
        {
            throw new CommandFailure($"{e.Message} ({store.Place}).", "Start it or mend its settings; --storage names another place.");
        }
    }

    /// <summary>Returns once <c>/health/ready</c> answers 200.</summary>
    private static async Task ReadyAsync(string url, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(s_readyPatience);
        using var client = new HttpClient { BaseAddress = new Uri(url.Replace("0.0.0.0", "127.0.0.1", StringComparison.Ordinal).Replace("[::]", "[::1]", StringComparison.Ordinal)) };
        var answer = "nothing yet";
        try
        {
            while (true)
            {
                using var response = await client.GetAsync("/health/ready", patience.Token);
                if (response.IsSuccessStatusCode) return;
                answer = await response.Content.ReadAsStringAsync(patience.Token);
                await Task.Delay(TimeSpan.FromMilliseconds(50), patience.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new CommandFailure($"The gateway is not ready after {s_readyPatience.TotalSeconds} s; /health/ready says: {answer}.", "Its log stands above.");
        }
    }

    private static RunningPlatform Describe(WebApplication gateway, AdminDatabase database, GatewaySettings settings, string? anonKey, string? serviceKey) => new(
        Environment.ProcessId, Ready: true, settings.Gateway.PublicUrl.Length > 0 ? settings.Gateway.PublicUrl : gateway.Urls.First(), DatabaseUrl.Format(database.ConnectionString),
        anonKey, serviceKey, settings.Jwt.Secret.Length > 0 ? settings.Jwt.Secret : null);

    /// <summary>Null where no key signs.</summary>
    private static string? KeyFor(string role, GatewaySettings settings, StateSecrets secrets)
    {
        var keys = JwtKeySet.From(settings.Jwt);
        return keys.Signer is null ? null : ApiKeys.Mint(new JwtSigner(keys), role, secrets.KeysIssuedAt);
    }
}
