using Hedgerow.Cli.Embedded;
using Hedgerow.Tests.Integration.Support;
using Npgsql;

namespace Hedgerow.Tests.Integration.Cli;

public sealed class EmbeddedServerTests
{
    [Fact]
    public async Task Servers_that_start_at_once_take_ports_of_their_own()
    {
        var programs = (await TestServer.GetAsync()).Programs;
        var states = Enumerable.Range(0, 4).Select(_ => Directory.CreateTempSubdirectory("hedgerow-ports-").FullName).ToArray();
        var servers = await Task.WhenAll(states.Select(state => EmbeddedServer.StartAsync(
            new EmbeddedServerOptions { State = state, Password = state, Programs = programs, Settings = new Dictionary<string, string> { ["fsync"] = "off" } },
            new Progress<string>(), CancellationToken.None)));
        try
        {
            Assert.Equal(servers.Length, servers.Select(server => server.Port).Distinct().Count());
            // Each has a password of its own: whoever answers is the server that was asked.
            foreach (var server in servers)
            {
                await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(server.ConnectionString) { Pooling = false }.ConnectionString);
                await connection.OpenAsync();
            }
        }
        finally
        {
            foreach (var server in servers) await server.DisposeAsync();
            // A home lies elsewhere where the server's account may not enter the state folder.
            foreach (var folder in servers.Select(server => server.Home.Folder).Concat(states).Where(Directory.Exists)) Directory.Delete(folder, recursive: true);
        }
    }
}
