using System.Collections.Concurrent;
using System.Collections.Immutable;
using Hedgerow.Postgres.Execution;
using Hedgerow.Postgres.Multiplexing;
using Hedgerow.Tests.Integration.Support;
using Npgsql;

namespace Hedgerow.Tests.Integration.Postgres;

/// <summary>Writes that wait for the disk together: what they were told holds, whatever becomes of the server.</summary>
public sealed class CommitGroupTests
{
    private const string Insert = "insert into notes (id) values ($1) returning current_setting('synchronous_commit')";

    private const string MayNotFlush =
        """
        do $$
        declare f regprocedure;
        begin
          for f in select oid from pg_proc where proname = 'pg_logical_emit_message' loop execute format('revoke execute on function %s from public', f); end loop;
        end $$
        """;

    [Fact]
    public async Task What_was_answered_is_there_after_the_server_was_killed()
    {
        // What nobody asks to be flushed is not, for as long as that can be put off.
        await using var server = await OwnServer.StartAsync(("wal_writer_delay", "10s"), ("wal_writer_flush_after", "1GB"), ("wal_buffers", "64MB"));
        await server.ExecuteAsync("create table notes (id int)");
        var answered = new ConcurrentBag<int>();
        var grouped = 0;
        await using (var shared = await ConnectAsync(server.ConnectionString))
        {
            var next = 0;
            using var enough = new CancellationTokenSource();
            var writing = Enumerable.Range(0, 32).Select(async _ =>
            {
                try
                {
                    while (!enough.IsCancellationRequested)
                    {
                        var id = Interlocked.Increment(ref next);
                        if (await TextAsync(shared, Write($"{id}")) is { } commit)
                        {
                            answered.Add(id);
                            if (commit == "off") Interlocked.Increment(ref grouped);
                        }
                        else
                        {
                            await Task.Delay(1); // the connection is gone already
                        }
                    }
                }
                catch (NpgsqlException)
                {
                    // Killed: whether this one was committed is not known.
                }
            }).ToList();
            while (answered.Count < 2000) await Task.Delay(1);
            await server.KillAsync();
            await enough.CancelAsync();
            await Task.WhenAll(writing);
        }
        NpgsqlConnection.ClearAllPools();

        var there = await IdsAsync(server.ConnectionString);

        Assert.True(grouped > 1000, $"{grouped} of {answered.Count} were in a group");
        Assert.Empty(answered.Except(there));
    }

    [Fact]
    public async Task One_alone_waits_for_its_own_commit_and_those_that_come_meanwhile_for_one_together()
    {
        await using var world = await World.StartAsync();

        Assert.Equal("on", await TextAsync(world.Shared, Write("0")));
        var answers = await Task.WhenAll(Enumerable.Range(1, 40).Select(i => TextAsync(world.Shared, Write($"{i}"))));

        Assert.True(answers.Count(commit => commit == "off") >= 20, string.Join(' ', answers));
        Assert.All(answers, commit => Assert.True(commit is "on" or "off"));
        Assert.Equal(Enumerable.Range(0, 41), (await IdsAsync(world.Admin)).Order());
        Assert.Equal("on", await TextAsync(world.Shared, Write("41")));
    }

    [Fact]
    public async Task A_standby_that_never_answers_does_not_hold_up_the_end()
    {
        await using var server = await OwnServer.StartAsync();
        await server.ExecuteAsync("alter system set synchronous_standby_names = 'away'");
        await server.ExecuteAsync("select pg_reload_conf()");
        await UntilCommitsWaitAsync(server.ConnectionString);
        var shared = Multiplexer.For(new(server.ConnectionString) { ApplicationName = "waits" }, reads: 0, writes: 1, groupsCommits: true, TimeSpan.FromMinutes(1))!;
        Assert.Null(await TextAsync(shared, Script("select $1", "no connection yet", [])));
        await UntilAsync(server.ConnectionString, "select exists (select from pg_stat_activity where application_name = 'waits' and wait_event = 'SyncRep')");

        await shared.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromMinutes(2));
    }

    [Fact]
    public async Task One_that_is_refused_takes_nobody_with_it()
    {
        await using var world = await World.StartAsync();

        var answers = await Task.WhenAll(Enumerable.Range(1, 40).Select(i => TextAsync(world.Shared, Write(i % 2 == 0 ? $"{i}" : "no number"))));

        for (var i = 1; i <= 40; i++) Assert.Equal(i % 2 == 0, answers[i - 1] is not null);
        Assert.Equal(Enumerable.Range(1, 40).Where(i => i % 2 == 0), (await IdsAsync(world.Admin)).Order());
    }

    [Fact]
    public async Task Who_says_how_to_commit_is_heard()
    {
        await using var world = await World.StartAsync();

        var answers = await Task.WhenAll(Enumerable.Range(1, 40).Select(i => TextAsync(world.Shared, Write($"{i}", [new("synchronous_commit", "local")]))));

        Assert.All(answers, commit => Assert.Equal("local", commit));
    }

    [Fact]
    public async Task A_login_that_may_not_flush_the_log_commits_one_by_one()
    {
        await using var world = await World.StartAsync(MayNotFlush);

        var answers = await Task.WhenAll(Enumerable.Range(1, 40).Select(i => TextAsync(world.Shared, Write($"{i}"))));

        // Where there was no place for more, a connection of one's own would be asked.
        Assert.Contains("on", answers);
        Assert.DoesNotContain("off", answers);
    }

    [Fact]
    public async Task Nobody_is_told_that_it_is_done_when_the_log_was_not_flushed()
    {
        await using var world = await World.StartAsync();
        await world.ExecuteAsync(MayNotFlush);

        var writing = Enumerable.Range(1, 40).Select(i => TextAsync(world.Shared, Write($"{i}"))).ToList();
        await Task.WhenAll(writing.Select(write => write.ContinueWith(_ => { }, TaskScheduler.Default)));

        Assert.DoesNotContain(writing, write => write.IsCompletedSuccessfully && write.Result == "off");
        Assert.Contains(writing, write => write.Exception?.InnerException is NpgsqlException);
        await using var after = await ConnectAsync(world.Login); // and goes on without groups
        Assert.Equal("on", await TextAsync(after, Write("41")));
    }

    [Fact]
    public async Task A_write_of_many_bytes_has_a_connection_of_its_own()
    {
        await using var world = await World.StartAsync();
        await world.ExecuteAsync("alter table notes add text text");
        TransactionScript Of(int length) => Script("insert into notes (text) values ($1) returning 'x'", new string('x', length), []);

        Assert.Null(await world.Shared.RunAsync(Quick(world.Shared, Of(20_000))));
        using var rows = await world.Shared.RunAsync(Quick(world.Shared, Of(10_000)));
        Assert.NotNull(rows);
    }

    private static async Task<Multiplexer> ConnectAsync(string connection)
    {
        var shared = Multiplexer.For(new(connection), reads: 0, writes: 1, groupsCommits: true, TimeSpan.FromMinutes(1))!;
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (await TextAsync(shared, Script("select $1", "connected", [])) is null) await Task.Delay(10, patience.Token);
        return shared;
    }

    private static async Task<string?> TextAsync(Multiplexer shared, TransactionScript script)
    {
        using var rows = await shared.RunAsync(Quick(shared, script));
        return rows?.Last.Text(0);
    }

    private static TransactionScript Quick(Multiplexer shared, TransactionScript script)
    {
        shared.Learn(script, TimeSpan.Zero, 0);
        return script;
    }

    private static TransactionScript Write(string id) => Script(Insert, id, []);

    private static TransactionScript Write(string id, ImmutableArray<KeyValuePair<string, string>> settings) => Script(Insert, id, settings);

    private static TransactionScript Script(string text, string value, ImmutableArray<KeyValuePair<string, string>> settings) => new()
    {
        PlanKey = "test",
        Settings = [new("request.method", "POST"), .. settings],
        ReadOnly = false,
        Statements = [new SqlStatement(text, [new SqlValue(value)])],
        End = TransactionEnd.Commit,
    };

    private static async Task UntilAsync(string database, string question)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync(patience.Token);
        await using var ask = new NpgsqlCommand(question, connection);
        while (await ask.ExecuteScalarAsync(patience.Token) is not true) await Task.Delay(20, patience.Token);
    }

    /// <summary>The checkpointer tells the others in its own time that there is a standby to wait for.</summary>
    private static async Task UntilCommitsWaitAsync(string database)
    {
        await using var probe = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(database) { ApplicationName = "probe" }.ConnectionString);
        await probe.OpenAsync();
        await using var other = new NpgsqlConnection(database);
        await other.OpenAsync();
        await using var cancel = new NpgsqlCommand("select bool_or(pg_cancel_backend(pid)) from pg_stat_activity where application_name = 'probe' and wait_event = 'SyncRep'", other);
        for (var hasWaited = false; !hasWaited;)
        {
            await using var commit = new NpgsqlCommand("select pg_logical_emit_message(true, 'probe', '')", probe);
            var committing = commit.ExecuteNonQueryAsync();
            while (!hasWaited && !committing.IsCompleted) hasWaited = await cancel.ExecuteScalarAsync() is true;
            await committing;
        }
    }

    private static async Task<List<int>> IdsAsync(string database)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync();
        await using var all = new NpgsqlCommand("select id from notes", connection);
        await using var row = await all.ExecuteReaderAsync();
        var ids = new List<int>();
        while (await row.ReadAsync()) ids.Add(row.GetInt32(0));
        return ids;
    }

    /// <summary>A database with a table of notes, and a login of its own that may write there and waits for its commits.</summary>
    private sealed class World : IAsyncDisposable
    {
        private readonly TestDatabase _database;
        private readonly string _role;

        private World(TestDatabase database, string role) => (_database, _role) = (database, role);

        public string Admin => _database.AdminConnectionString;

        public string Login => new NpgsqlConnectionStringBuilder(Admin) { Username = _role, Password = "tests" }.ConnectionString;

        public Multiplexer Shared { get; private set; } = null!;

        /// <param name="before">What runs before the login connects.</param>
        public static async Task<World> StartAsync(string before = "")
        {
            var database = await TestDatabase.CreateEmptyAsync();
            var role = $"commits_{Guid.NewGuid():n}";
            await database.ExecuteAsync(
                $"""
                create role {role} login password 'tests';
                alter role {role} set synchronous_commit = on;
                create table notes (id int);
                grant all on notes to {role};
                """);
            if (before.Length > 0) await database.ExecuteAsync(before);
            var world = new World(database, role);
            world.Shared = await ConnectAsync(world.Login);
            return world;
        }

        public Task ExecuteAsync(string sql) => _database.ExecuteAsync(sql);

        public async ValueTask DisposeAsync()
        {
            await Shared.DisposeAsync();
            await _database.ExecuteAsync($"drop owned by {_role}; drop role {_role}");
            await _database.DisposeAsync();
        }
    }
}
