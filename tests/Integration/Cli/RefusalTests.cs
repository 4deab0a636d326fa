using System.Net;
using System.Net.Sockets;
using Hedgerow.Cli;
using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Cli;

/// <summary>Everything that can stop a start is one line that names the cause and the mend, exit code 1, and leaves nothing half done.</summary>
public sealed class RefusalTests
{
    [Theory]
    [InlineData("--port nowhere", "a port is a number from 0 to 65535")]
    [InlineData("--db nonsense", "database URL")]
    [InlineData("--db postgresql://someone:hush-hush@127.0.0.1:1/postgres", "127.0.0.1:1")]
    [InlineData("--db postgresql://someone:hush-hush@no-such-host.invalid/postgres", "no-such-host.invalid")]
    public async Task A_bad_option_is_refused(string options, string cause)
    {
        using var state = new TemporaryState();
        var (exitCode, said) = await HedgerowProcess.RunAsync(["up", "--state", state.Path, .. options.Split(' ')]);
        Assert.Equal(1, exitCode);
        Assert.Contains(cause, said, StringComparison.Ordinal);
        Assert.DoesNotContain("hush-hush", said, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_password_is_refused()
    {
        using var state = new TemporaryState();
        var server = await TestServer.GetAsync();
        var (exitCode, said) = await HedgerowProcess.RunAsync(
            "up", "--state", state.Path, "--port", "0", "--db", $"postgresql://postgres:wrong-one@127.0.0.1:{server.Port}/postgres");
        Assert.Equal(1, exitCode);
        Assert.Contains("password authentication failed", said, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong-one", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_login_that_may_not_change_the_database_is_told_which_right_it_lacks()
    {
        using var state = new TemporaryState();
        var server = await TestServer.GetAsync();
        await using var database = await TestDatabase.CreateAsync();
        var login = $"lowly_{Guid.NewGuid():N}";
        await server.ExecuteAsync($"create role {login} login password 'lowly'");
        try
        {
            var name = new Npgsql.NpgsqlConnectionStringBuilder(database.AdminConnectionString).Database;
            var (exitCode, said) = await HedgerowProcess.RunAsync(
                "up", "--state", state.Path, "--port", "0", "--db", $"postgresql://{login}:lowly@127.0.0.1:{server.Port}/{name}");
            Assert.Equal(1, exitCode);
            Assert.Contains("lacks membership in hedgerow_admin", said, StringComparison.Ordinal);
            Assert.DoesNotContain("Unexpected", said, StringComparison.Ordinal);
        }
        finally
        {
            await server.ExecuteAsync($"drop role {login}");
        }
    }

    [Fact]
    public async Task A_port_in_use_is_refused_before_anything_is_installed()
    {
        using var state = new TemporaryState();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;

        var (exitCode, said) = await HedgerowProcess.RunAsync("up", "--state", state.Path, "--port", $"{port}");

        Assert.Equal(1, exitCode);
        Assert.Contains($"127.0.0.1:{port}", said, StringComparison.Ordinal);
        Assert.Contains("--port", said, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(state.Path, "postgres")));
    }

    [Fact]
    public async Task A_failing_migration_stops_the_start_and_names_file_line_and_sqlstate()
    {
        using var state = new TemporaryState();
        var folder = Path.Combine(Path.GetDirectoryName(state.Path)!, "checkout");
        Copy(Path.GetDirectoryName(typeof(CommandFailure).Assembly.Location)!, folder);
        Copy(Path.Combine(Checkout.Root, "sql", "migrations", "platform"), Path.Combine(folder, "sql", "migrations", "platform"));
        Copy(Path.Combine(Checkout.Root, "sql", "policies", "storage"), Path.Combine(folder, "sql", "policies", "storage"));
        var broken = Directory.CreateDirectory(Path.Combine(folder, "sql", "migrations", "broken")).FullName;
        await File.WriteAllTextAsync(Path.Combine(broken, "0001_half_right.sql"), "create table public.half (id int);\n\nselect nothing_like_this();\n");

        using var up = await HedgerowProcess.StartInAsync(folder, "up", "--state", state.Path, "--port", "0");

        Assert.Equal(1, await up.EndAsync());
        Assert.Contains("broken/0001_half_right.sql:3", up.Said, StringComparison.Ordinal);
        Assert.Contains("42883", up.Said, StringComparison.Ordinal);
        Assert.False(state.HasServer);
    }

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
