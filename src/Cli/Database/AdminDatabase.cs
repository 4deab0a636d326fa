using Hedgerow.Cli.Embedded;
using Hedgerow.Cli.State;
using Hedgerow.Postgres;
using Npgsql;

namespace Hedgerow.Cli.Database;

/// <summary>
/// The database that a command works on, under a login that may do everything there: the one <c>--db</c> (or <c>HEDGEROW_Db__Url</c>) gives, else the one
/// of the platform that runs on the state folder, else the embedded server, which then runs for as long as the command does.
/// </summary>
public sealed class AdminDatabase : IAsyncDisposable
{
    private readonly StateLock? _lock;

    private AdminDatabase(string connectionString, StateSecrets secrets, int major, EmbeddedServer? embedded, StateLock? held) =>
        (ConnectionString, Secrets, ServerMajor, Embedded, _lock) = (connectionString, secrets, major, embedded, held);

    /// <summary>The admin login, in Npgsql's form.</summary>
    public string ConnectionString { get; }

    public StateSecrets Secrets { get; }

    /// <summary>The server's major version, 15 to 18.</summary>
    public int ServerMajor { get; }

    /// <summary>The embedded server, where this command is the one that runs it.</summary>
    public EmbeddedServer? Embedded { get; }

    /// <summary>For commands beside <c>up</c>.</summary>
    /// <exception cref="CommandFailure">The server cannot be reached or started.</exception>
    public static async Task<AdminDatabase> OpenAsync(string? url, StateFolder state, IProgress<string> progress, CancellationToken cancellation)
    {
        url ??= Given;
        if (url is null && StateLock.TryTake(state) is { } held)
        {
            try
            {
                return await OpenAsync(null, state, held, progress, cancellation);
            }
            catch
            {
                held.Dispose();
                throw;
            }
        }
        url ??= RunningPlatform.Find(state)?.DbUrl ?? throw new CommandFailure(
            $"Another hedgerow uses {state.Path} and is still starting or stopping.", "Try again when it is done.");
        state.Create();
        var address = DatabaseUrl.Parse(url);
        return new(address.ConnectionString, StateSecrets.Open(state), await DatabaseServer.MeetAsync(address, cancellation), null, null);
    }

    /// <summary>For <c>up</c>, which holds the state folder already. <paramref name="held"/> is released with the database where it is given.</summary>
    public static async Task<AdminDatabase> OpenAsync(
        string? url, StateFolder state, StateLock? held, IProgress<string> progress, CancellationToken cancellation)
    {
        var secrets = StateSecrets.Open(state);
        if ((url ?? Given) is { } given)
        {
            var address = DatabaseUrl.Parse(given);
            return new(address.ConnectionString, secrets, await DatabaseServer.MeetAsync(address, cancellation), null, held);
        }
        var embedded = await EmbeddedServer.StartAsync(
            new EmbeddedServerOptions { State = state.Path, Password = secrets.EmbeddedPassword, Programs = Setting("HEDGEROW_Embedded__Programs") },
            progress, cancellation);
        try
        {
            var major = await DatabaseServer.MeetAsync(new NpgsqlConnectionStringBuilder(embedded.ConnectionString), cancellation);
            return new(embedded.ConnectionString, secrets, major, embedded, held);
        }
        catch (CommandFailure e)
        {
            await embedded.DisposeAsync();
            throw new CommandFailure(e.Cause, $"Restore the {state.Secrets} that belongs to {embedded.Home.Data}; or remove both to begin with an empty database.");
        }
    }

    /// <summary>The same login and secrets for another database of the server; it owns neither server nor lock.</summary>
    public AdminDatabase At(NpgsqlConnectionStringBuilder address) => new(address.ConnectionString, Secrets, ServerMajor, null, null);

    public async ValueTask DisposeAsync()
    {
        if (Embedded is not null) await Embedded.DisposeAsync();
        _lock?.Dispose();
    }

    /// <summary>The database that the environment names; null where none.</summary>
    internal static string? Given => Setting("HEDGEROW_Db__Url");

    private static string? Setting(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
