using System.Net;
using System.Text.RegularExpressions;
using Hedgerow.Cli.Embedded;
using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Cli;

/// <summary>Reloads by signal, as they are asked for where nobody can NOTIFY (PostgREST, Configuration Reload with signal).</summary>
public sealed partial class SignalTests
{
    [Fact]
    public async Task SIGUSR1_reads_the_schema_again_with_the_settings_beside_it_and_SIGUSR2_the_configuration()
    {
        using var state = new TemporaryState();
        await using var database = await TestDatabase.CreateEmptyAsync();
        var port = (await TestServer.GetAsync()).Port;
        await database.ExecuteAsync("create table public.things as select generate_series(1, 3) id");
        Dictionary<string, string> settings = new() { ["Rest__AnonRole"] = "postgres", ["Rest__BasePath"] = "/", ["Rest__ChannelEnabled"] = "false" };
        var directory = Directory.CreateDirectory(Path.Combine(Path.GetDirectoryName(state.Path)!, "working")).FullName;
        var file = Path.Combine(directory, "appsettings.json");
        await File.WriteAllTextAsync(file, """{"Rest":{"ErrorVerbosity":"minimal"}}""");
        using var hedgerow = await HedgerowProcess.StartAsync(directory, settings,
            "up", "--state", state.Path, "--port", "0", "--no-migrate", "--db", $"postgresql://postgres:tests@127.0.0.1:{port}/{database.Name}");
        await hedgerow.ReadyAsync();
        using var http = new HttpClient { BaseAddress = new Uri(Address().Match(hedgerow.Said).Value) };
        Assert.Equal(3, (await http.SendAsync("GET", "/things")).Json.GetArrayLength());

        await database.ExecuteAsync($"create table public.later (); alter role postgres in database {database.Name} set pgrst.db_max_rows = '1'");
        Signals.Send(hedgerow.Pid, OperatingSystem.IsMacOS() ? 30 : 10);
        await UntilAsync(async () => (await http.SendAsync("GET", "/later")).Status == (int)HttpStatusCode.OK);
        Assert.Equal(1, (await http.SendAsync("GET", "/things")).Json.GetArrayLength());

        Assert.False((await http.SendAsync("GET", "/nothing")).Json.TryGetProperty("hint", out _));

        await File.WriteAllTextAsync(file, """{"Rest":{"ErrorVerbosity":"verbose"}}""");
        Signals.Send(hedgerow.Pid, OperatingSystem.IsMacOS() ? 31 : 12);
        await UntilAsync(async () => (await http.SendAsync("GET", "/nothing")).Json.TryGetProperty("hint", out _));
    }

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (!await holds()) Assert.False(patience.IsCancellationRequested, "nothing was reloaded");
    }

    [GeneratedRegex("http://127.0.0.1:[0-9]+")]
    private static partial Regex Address();
}
