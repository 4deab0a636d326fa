using System.Net;
using Hedgerow.Cli.Embedded;
using Hedgerow.Tests.Integration.Support;
using Npgsql;

namespace Hedgerow.Tests.Integration.Cli;

/// <summary>The life of a platform, by the real script. <c>--no-migrate</c> keeps it short where the database's contents do not matter.</summary>
public sealed class UpTests
{
    private static readonly HttpClient Client = new();

    [Fact]
    public async Task Up_serves_until_down_and_status_says_where()
    {
        using var state = new TemporaryState();
        using var up = await UpAsync(state);

        var status = await state.StatusAsync();
        Assert.Equal(HttpStatusCode.OK, (await Client.GetAsync(status["API_URL"] + "/health/ready")).StatusCode);
        Assert.Equal(3, status["ANON_KEY"].Split('.').Length);
        Assert.NotEqual(status["ANON_KEY"], status["SERVICE_ROLE_KEY"]);
        var (_, environment) = await HedgerowProcess.RunAsync("status", "--state", state.Path, "-o", "env");
        foreach (var (name, value) in status)
            Assert.Contains($"{name}=\"{value}\"", environment, StringComparison.Ordinal);

        var (exitCode, said) = await HedgerowProcess.RunAsync("down", "--state", state.Path);
        Assert.True(exitCode == 0, said);
        Assert.Equal(0, await up.EndAsync());
        Assert.False(state.HasServer);
        Assert.Equal(1, (await HedgerowProcess.RunAsync("status", "--state", state.Path)).ExitCode);
    }

    [Fact]
    public async Task A_second_up_says_that_one_is_running_and_leaves_it_alone()
    {
        using var state = new TemporaryState();
        using var up = await UpAsync(state);
        var url = (await state.StatusAsync())["API_URL"];

        var (exitCode, said) = await HedgerowProcess.RunAsync("up", "--state", state.Path, "--port", "0");

        Assert.Equal(1, exitCode);
        Assert.Contains($"running already on {url}", said, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await Client.GetAsync(url + "/health/ready")).StatusCode);
    }

    /// <summary>As PostgREST does without <c>jwt-secret</c>, and with a public key.</summary>
    [Theory]
    [InlineData("", 500, "PGRST300")]
    [InlineData("""{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}""", 401, "PGRST301")]
    public async Task A_database_is_served_as_it_is_also_without_a_key_that_signs(string secret, int status, string code)
    {
        using var state = new TemporaryState();
        await using var database = await TestDatabase.CreateEmptyAsync();
        await database.ExecuteAsync("create table public.things as select 1 as id");
        Dictionary<string, string> settings = new() { ["Rest__AnonRole"] = "postgres", ["Rest__BasePath"] = "/", ["Jwt__Secret"] = secret };
        using var up = await HedgerowProcess.StartAsync(Path.GetDirectoryName(state.Path)!, settings,
            "up", "--state", state.Path, "--port", "0", "--no-migrate", "--db", $"postgresql://postgres:tests@127.0.0.1:{(await TestServer.GetAsync()).Port}/{database.Name}");
        await up.ReadyAsync();
        using var http = new HttpClient { BaseAddress = new Uri((await state.StatusAsync())["API_URL"]) };

        Assert.Equal(1, (await http.SendAsync("GET", "/things")).Json.GetArrayLength());
        var refused = await http.SendAsync("GET", "/things", null, ("Authorization", "Bearer eyJhbGciOiJFUzI1NiJ9.e30.AAAA"));
        Assert.Equal((status, code), (refused.Status, refused["code"]));
    }

    [Fact]
    public async Task Keys_and_database_stay_the_same_over_a_restart()
    {
        using var state = new TemporaryState();
        IReadOnlyDictionary<string, string> before, after;
        using (await UpAsync(state))
        {
        }
        // The port of a local Supabase's database is among those that the system gives to whoever asks for any: while the server is away it may be given.
        await state.PreferPortAsync(Random.Shared.Next(20_000, 32_000));
        using (await UpAsync(state)) before = await state.StatusAsync();
        using (await UpAsync(state)) after = await state.StatusAsync();
        Assert.Equal(before["ANON_KEY"], after["ANON_KEY"]);
        Assert.Equal(before["DB_URL"], after["DB_URL"]);
    }

    [Fact]
    public async Task After_hedgerow_is_killed_its_server_ends_and_the_next_up_serves()
    {
        using var state = new TemporaryState();
        using (var killed = await UpAsync(state))
        {
            killed.Kill();
            await killed.EndAsync();
        }
        using var up = await UpAsync(state);
        await state.StatusAsync();
    }

    [Fact]
    public async Task After_the_server_is_killed_it_is_started_again_and_its_data_is_there()
    {
        using var state = new TemporaryState();
        using var up = await UpAsync(state);
        var status = await state.StatusAsync();
        await ExecuteAsync(status["DB_URL"], "create table kept as select 42 as answer");
        var killed = state.Postmaster;

        Signals.Send(killed, 9);

        await EventuallyAsync(() => Task.FromResult(state.HasServer && state.Postmaster != killed), up);
        await EventuallyAsync(async () => (await Client.GetAsync(status["API_URL"] + "/health/ready")).StatusCode == HttpStatusCode.OK, up);
        await ExecuteAsync(status["DB_URL"], "select 1 / (count(*) filter (where answer = 42)) from kept");
    }

    [Fact]
    public async Task After_everything_is_killed_the_next_up_recovers_the_data()
    {
        using var state = new TemporaryState();
        using (var killed = await UpAsync(state))
        {
            await ExecuteAsync((await state.StatusAsync())["DB_URL"], "create table kept as select 42 as answer");
            var postmaster = state.Postmaster;
            killed.Kill();
            Signals.Send(postmaster, 9);
            await killed.EndAsync();
        }
        using var up = await UpAsync(state);
        await ExecuteAsync((await state.StatusAsync())["DB_URL"], "select 1 / (count(*) filter (where answer = 42)) from kept");
    }

    [Fact]
    public async Task A_state_where_the_servers_account_cannot_look_has_its_server_elsewhere()
    {
        using var state = new TemporaryState(hidden: true);
        using var up = await UpAsync(state);
        await ExecuteAsync((await state.StatusAsync())["DB_URL"], "select 1");
        if (Environment.IsPrivilegedProcess) Assert.StartsWith("/var/lib/hedgerow/", state.Elsewhere, StringComparison.Ordinal);
        else Assert.Null(state.Elsewhere);
    }

    [Fact]
    public async Task Secrets_are_readable_by_their_owner_alone()
    {
        using var state = new TemporaryState();
        using var up = await UpAsync(state);
        if (OperatingSystem.IsWindows()) return;
        foreach (var file in (string[])["secrets.json", "running.json"])
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(state.Path, file)));
    }

    private static async Task<HedgerowProcess> UpAsync(TemporaryState state)
    {
        var up = await HedgerowProcess.StartAsync("up", "--state", state.Path, "--port", "0", "--no-migrate");
        await up.ReadyAsync();
        return up;
    }

    private static async Task ExecuteAsync(string url, string sql)
    {
        await using var database = NpgsqlDataSource.Create(Hedgerow.Postgres.DatabaseUrl.Parse(url).ConnectionString);
        await using var command = database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task EventuallyAsync(Func<Task<bool>> condition, HedgerowProcess up)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (!await condition())
        {
            Assert.False(patience.IsCancellationRequested, up.Said);
            await Task.Delay(TimeSpan.FromMilliseconds(50));
        }
    }
}
