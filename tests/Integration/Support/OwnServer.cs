using Hedgerow.Cli;
using Hedgerow.Cli.Embedded;
using Npgsql;

namespace Hedgerow.Tests.Integration.Support;

/// <summary>
/// A PostgreSQL of the test's own, which may be killed, and which commits as one in production does, as the run's (<see cref="TestServer"/>) does not.
/// Gone with its folders when it is disposed.
/// </summary>
internal sealed class OwnServer : IAsyncDisposable
{
    private readonly EmbeddedServer _server;
    private readonly string _state;

    private OwnServer(EmbeddedServer server, string state) => (_server, _state) = (server, state);

    public string ConnectionString => _server.ConnectionString;

    /// <summary>Of the process that runs now: it is replaced when it dies.</summary>
    public int Pid => _server.Pid;

    public static async Task<OwnServer> StartAsync(params (string Name, string Value)[] settings)
    {
        var state = Directory.CreateTempSubdirectory("hedgerow-own-server-").FullName;
        var server = await EmbeddedServer.StartAsync(
            new EmbeddedServerOptions
            {
                State = state,
                Password = "tests",
                Programs = (await TestServer.GetAsync()).Programs,
                Settings = settings.ToDictionary(setting => setting.Name, setting => setting.Value),
            },
            new Progress<string>(), CancellationToken.None);
        return new OwnServer(server, state);
    }

    /// <summary>Ends it without a word (SIGKILL), and waits until another process has taken its place.</summary>
    public async Task KillAsync()
    {
        var killed = Pid;
        Signals.Send(killed, 9);
        while (Pid == killed) await Task.Delay(20);
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        await _server.DisposeAsync();
        foreach (var folder in new[] { _server.Home.Folder, _state }.Where(Directory.Exists)) Directory.Delete(folder, recursive: true);
    }
}
