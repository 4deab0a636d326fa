using System.Collections.Immutable;
using Hedgerow.Postgres.Execution;
using Hedgerow.Postgres.Multiplexing;
using Hedgerow.Tests.Integration.Support;
using Npgsql;

namespace Hedgerow.Tests.Integration.Postgres;

/// <summary>Transactions that share connections: each answers as if it were alone, and none harms its neighbours.</summary>
public sealed class MultiplexerTests : IAsyncLifetime
{
    private const string Claims = "select current_setting('request.jwt.claims', true)";

    private TestDatabase _database = null!;
    private Multiplexer _shared = null!;

    public async Task InitializeAsync()
    {
        _database = await TestDatabase.CreateEmptyAsync();
        await _database.ExecuteAsync("create table notes (id int primary key, parent int references notes deferrable initially deferred, text text)");
        _shared = Connected(TimeSpan.FromMinutes(1));
        await ConnectAsync(Read(Claims));
        await ConnectAsync(Write("insert into notes values (0) on conflict (id) do update set id = 0 returning id"));
    }

    private Multiplexer Connected(TimeSpan patience) => Multiplexer.For(new(_database.AdminConnectionString), reads: 1, writes: 1, groupsCommits: true, patience)!;

    public async Task DisposeAsync()
    {
        await _shared.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task Neighbours_on_one_connection_keep_their_own_claims()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 500).Select(i => TextAsync(Read(Claims, settings: [new("request.jwt.claims", $"{i}")]))));

        // Those for which there was no place at the moment have no answer; nobody has another's.
        Assert.True(answers.Count(a => a is not null) >= 30);
        for (var i = 0; i < answers.Length; i++) Assert.True(answers[i] is null || answers[i] == $"{i}", $"{i} was answered {answers[i]}");
        Assert.Equal("", await TextAsync(Read(Claims)) ?? "");
    }

    [Fact]
    public async Task What_was_never_seen_to_be_quick_has_no_place_there()
    {
        var slow = Read("select 'slow'");
        _shared.Learn(slow, TimeSpan.FromSeconds(1), 4);
        var long_ = Read("select 'long'");
        _shared.Learn(long_, TimeSpan.Zero, 1_000_000);

        Assert.Null(await _shared.RunAsync(slow));
        Assert.Null(await _shared.RunAsync(long_));
        Assert.Null(await _shared.RunAsync(Read("select 'new'")));
    }

    [Fact]
    public async Task A_slow_one_is_cut_and_those_behind_it_are_answered()
    {
        await _shared.DisposeAsync();
        _shared = Connected(TimeSpan.FromSeconds(3));
        await ConnectAsync(Read(Claims));
        var slow = Quick(Read("select pg_sleep($1::float8)::text", "60"));

        var (cut, behind) = (_shared.RunAsync(slow), TextAsync(Read("select 'behind'")));

        Assert.Null(await cut);
        Assert.Equal("behind", await behind);
        var quickNow = Quick(Read("select pg_sleep($1::float8)::text", "0"));
        Assert.Null(await _shared.RunAsync(quickNow)); // slow for one, so for nobody in the next minute
    }

    [Fact]
    public async Task A_refused_one_is_undone_and_leaves_the_connection_as_it_was()
    {
        var insert = "insert into notes(id, parent, text) values ($1, $2, 'x') returning text";

        Assert.Equal("x", await TextAsync(Write(insert, "1", null)));
        Assert.Null(await TextAsync(Write(insert, "1", null))); // the key exists
        Assert.Null(await TextAsync(Write(insert, "seven", null))); // no number
        Assert.Null(await TextAsync(Write(insert, "2", "99"))); // refused at the commit
        Assert.Equal("x", await TextAsync(Write(insert, "3", "1")));
        Assert.Equal("0,1,3", await _database.ScalarAsync<string>("select string_agg(id::text, ',' order by id) from notes"));
    }

    [Fact]
    public async Task A_read_cannot_write()
    {
        Assert.Null(await TextAsync(Read("insert into notes values (5) returning text")));
        Assert.Equal(1L, await _database.ScalarAsync<long>("select count(*) from notes"));
    }

    [Fact]
    public async Task A_changed_table_is_prepared_anew()
    {
        await _database.ExecuteAsync("create table changing as select 1 as a");
        var all = "select c::text from (select * from changing) c";
        var star = "select * from changing";
        Assert.Equal("(1)", await TextAsync(Read(all)));
        Assert.Equal("1", await TextAsync(Read(star)));

        await _database.ExecuteAsync("alter table changing add b int; update changing set b = 2");

        Assert.Null(await TextAsync(Read(star))); // cached plan must not change result type
        Assert.Equal("1", await TextAsync(Read(star)));
        Assert.Equal("(1,2)", await TextAsync(Read(all)));
    }

    [Fact]
    public async Task More_statements_than_a_connection_keeps_are_all_answered()
    {
        for (var round = 0; round < 2; round++)
        {
            for (var i = 0; i < 400; i++) Assert.Equal($"{i}", await TextAsync(Read($"select '{i}'")));
        }
        Assert.InRange(await _database.ScalarAsync<long>("select count(*) from pg_stat_activity where datname = current_database() and state = 'idle'"), 2, 10);
    }

    [Fact]
    public async Task Rows_larger_than_the_buffer_arrive_whole_and_a_read_beyond_reason_is_left_to_a_stream()
    {
        Assert.Equal(200_000, (await TextAsync(Read("select repeat('x', $1::int)", "200000")))!.Length);
        Assert.Null(await TextAsync(Read("select repeat('y', $1::int)", "5000000")));
        Assert.Equal(400_000, (await TextAsync(Write("update notes set text = repeat('z', 400000) where id = 0 returning text")))!.Length);
        Assert.Equal("after", await TextAsync(Read("select 'after'")));
    }

    [Fact]
    public async Task The_rows_of_all_statements_are_the_answer_in_their_order()
    {
        var script = Read("select repeat('x', i) from generate_series(1, $1::int) i", "300");
        script = script with { Statements = [.. script.Statements, new SqlStatement("select 'last'", [])] };

        using var rows = (await _shared.RunAsync(Quick(script)))!;

        Assert.Equal(301, rows.Count);
        var reader = rows.Read();
        for (var i = 1; i <= 300; i++)
        {
            reader.NextRow();
            Assert.True(reader.NextColumn(out var text));
            Assert.Equal(new string('x', i), System.Text.Encoding.UTF8.GetString(text));
        }
        Assert.Equal("last", rows.Last.Text(0));
    }

    [Fact]
    public async Task The_first_statement_is_described()
    {
        var script = Quick(Read("select 1 as one, null::text as \"o\"\"ther\", '{a}'::text[] as tags"));
        for (var i = 0; i < 2; i++) // parsed, and found again
        {
            using var rows = (await _shared.RunAsync(script))!;

            Assert.Equal<ResultColumn>([new("one", 23), new("o\"ther", 25), new("tags", 1009)], rows.Description!.Columns);
            var reader = rows.Read();
            reader.NextRow();
            Assert.True(reader.NextColumn(out var one) && one is [(byte)'1']);
            Assert.False(reader.NextColumn(out _));
        }
    }

    [Fact]
    public async Task Long_rows_do_not_wait_where_the_short_ones_do()
    {
        var rows = "select pg_backend_pid()::text || repeat('x', $1::int)";
        _shared.Learn(Read(rows, "100000"), TimeSpan.Zero, 100_000);
        await ConnectAsync(Read(rows, "100000"));
        async Task<string> BackendAsync(string length) => (await TextAsync(Read(rows, length)))!.TrimEnd('x');

        var forShort = await TextAsync(Read("select pg_backend_pid()::text"));
        var forLong = await BackendAsync("100000");

        Assert.NotEqual(forShort, forLong);
        // The last answer says where the next one is asked for.
        Assert.Equal(forLong, await BackendAsync("1"));
        Assert.Equal(forShort, await BackendAsync("100000"));
        Assert.Equal(forLong, await BackendAsync("100000"));
    }

    [Fact]
    public async Task Many_rows_that_are_too_long_together_are_left_to_a_stream()
    {
        Assert.Null(await TextAsync(Read("select repeat('x', 1000) from generate_series(1, $1::int)", "300")));
        Assert.Equal("after", await TextAsync(Read("select 'after'")));
    }

    [Fact]
    public async Task Nulls_bytes_and_text_of_all_kinds_pass()
    {
        var read = Read("select coalesce($1, 'null') || $2 || encode($3, 'hex')", null, "žluťoučký 🌳");
        read = read with { Statements = [read.Statements[0] with { Values = [.. read.Statements[0].Values, new SqlValue(null, new byte[] { 0, 255 })] }] };

        Assert.Equal("nullžluťoučký 🌳00ff", await TextAsync(read));
        await Assert.ThrowsAsync<System.Text.EncoderFallbackException>(() => TextAsync(Read("select $1", "half a pair \ud83c")));
        Assert.Null(await TextAsync(Read("select $1", "a NUL \0")));
        Assert.Equal("whole", await TextAsync(Read("select $1", "whole")));
    }

    [Fact]
    public async Task A_lost_connection_gives_reads_back_tells_writes_and_is_replaced()
    {
        const string Dies = "select pg_terminate_backend(pg_backend_pid())::text";

        var (read, behind) = (TextAsync(Read(Dies)), TextAsync(Read("select 'behind'")));
        Assert.Null(await read);
        Assert.Null(await behind);
        await Assert.ThrowsAsync<NpgsqlException>(() => TextAsync(Write(Dies)));

        await ConnectAsync(Read(Claims));
        await ConnectAsync(Write("select 1"));
    }

    [Theory]
    [InlineData("Host=a,b")]
    [InlineData("Host=a;SSL Mode=VerifyCA")]
    [InlineData("Host=a;Root Certificate=/ca.pem")]
    [InlineData("Host=a;Options=-c geqo=off")]
    [InlineData("Host=a;Channel Binding=Require")]
    [InlineData("Host=a;Password=ž")]
    [InlineData("Host=a;Target Session Attributes=primary")]
    public void What_only_the_driver_offers_is_left_to_it(string connection) => Assert.Null(Multiplexer.For(new(connection), 1, 1, true, TimeSpan.FromSeconds(1)));

    /// <summary>The connections are opened beside the requests, which have none of them until then.</summary>
    private async Task ConnectAsync(TransactionScript script)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (true)
        {
            using var rows = await _shared.RunAsync(Quick(script));
            if (rows is not null) return;
            await Task.Delay(10, patience.Token);
        }
    }

    private async Task<string?> TextAsync(TransactionScript script)
    {
        using var rows = await _shared.RunAsync(Quick(script));
        return rows?.Last.Text(0);
    }

    private TransactionScript Quick(TransactionScript script)
    {
        _shared.Learn(script, TimeSpan.Zero, 0);
        return script;
    }

    private static TransactionScript Read(string text, params string?[] values) => Script(true, text, values, []);

    private static TransactionScript Read(string text, ImmutableArray<KeyValuePair<string, string>> settings) => Script(true, text, [], settings);

    private static TransactionScript Write(string text, params string?[] values) => Script(false, text, values, []);

    private static TransactionScript Script(bool readOnly, string text, string?[] values, ImmutableArray<KeyValuePair<string, string>> settings) => new()
    {
        PlanKey = "test",
        Settings = settings.Length > 0 ? settings : [new("request.method", "GET")],
        ReadOnly = readOnly,
        Statements = [new SqlStatement(text, [.. values.Select(v => new SqlValue(v))])],
        End = TransactionEnd.Commit,
    };
}
