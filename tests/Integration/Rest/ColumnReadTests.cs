using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Rest;

/// <summary>A quick read comes column by column and becomes JSON in the gateway: byte for byte what PostgreSQL makes of it, which a counted read still asks for.</summary>
public sealed class ColumnReadTests(ColumnReadTests.Database database) : IClassFixture<ColumnReadTests.Database>
{
    private readonly PlainPlatform _platform = database.Platform;

    public sealed class Database : IAsyncLifetime
    {
        public PlainPlatform Platform { get; private set; } = null!;

        public async Task InitializeAsync() => Platform = await PlainPlatform.StartAsync("""
            create schema api; grant usage on schema api to {anon};
            create type api.mood as enum ('glad', 'a "quoted" one');
            create type api.cast_mood as enum ('odd');
            create function api.cast_mood_json(api.cast_mood) returns json language sql immutable as $$ select '{"cast":true}'::json $$;
            create cast (api.cast_mood as json) with function api.cast_mood_json(api.cast_mood);
            create domain api.money_cents as int check (value >= 0);
            create table api.samples (
              id int primary key, small smallint, big bigint, single real, double double precision, exact numeric, flag boolean, words text, code varchar(20), padded char(6),
              one "char", name name, raw bytea, key uuid, doc json, tree jsonb, day date, moment timestamp, instant timestamptz, hour time, zoned timetz, span interval,
              address inet, net cidr, cash money, mask bit(3), spell tstzrange, mood api.mood, cents api.money_cents, vector tsvector, "odd ""key""\" text);
            insert into api.samples values
              (1, -1, 9223372036854775807, 1.5, 1e300, 12.3400, true, e'a "b" \\ /\b\f\n\r\t\x01\x1f\x7f é 漢 😀', 'x', 'pad', 'c', 'n', '\x00ff', gen_random_uuid(), '{"a" : [1,  2]}', '{"b": null}',
               '2026-02-28', '2026-02-28 01:02:03.456', '2026-02-28 01:02:03.456789+00', '23:59:59.5', '10:00+02', '1 mon 2 days 03:04:05', '10.0.0.1/8', '10.0.0.0/8', 12.5, b'101',
               '[2026-01-01,2026-02-01)', 'glad', 7, to_tsvector('simple', 'one two'), ''),
              (2, 0, 0, 'NaN', '-Infinity', 'NaN', false, '', '', '', '', '', '', null, 'null', '"x"', 'infinity', '-infinity', 'infinity', '00:00', '00:00+00', '0', '::1', '::/0', 0, b'000',
               'empty', 'a "quoted" one', 0, '', e'\n'),
              (3, null, -5, 'Infinity', 1e-300, -0.000, null, null, null, null, null, null, null, null, null, null, '0044-03-15 BC', '0044-03-15 12:00 BC', '0044-03-15 12:00+00 BC', null, null, null,
               null, null, null, null, null, null, null, null, null),
              (4, null, null, 0, -0.0, 1e20, null, null, null, null, null, null, null, null, null, null, '12026-01-01', '12026-01-01 00:00', '1890-01-01 00:00+00', null, null, null,
               null, null, null, null, null, null, null, null, null);
            create table api.lists (id int primary key, tags text[], "row" api.samples, mood api.cast_mood);
            insert into api.lists values (1, '{a,"b c",null}', null, 'odd'), (2, null, (select s from api.samples s where id = 1), null);
            create table api.parts (id int primary key, sample int references api.samples);
            insert into api.parts values (1, 1), (2, 1), (3, null);
            create table api.many (id int primary key, note text);
            insert into api.many select i, repeat(e'x\n', 60) from generate_series(1, 1000) i;
            create table api.none ();
            insert into api.none default values;
            create table api.days (id int primary key, day date, moment timestamptz);
            insert into api.days values (1, '2026-02-28', '2026-02-28 01:02:03+00');
            create function api.settings() returns void language plpgsql as $$ begin
              perform set_config('datestyle', coalesce(nullif(current_setting('request.headers')::json ->> 'x-style', ''), 'ISO'), true); end $$;
            grant select on all tables in schema api to {anon};
            """, ("Rest:Schemas", "api"), ("Rest:PreRequest", "api.settings"), ("Db:SharedReadConnections", "1"));

        public async Task DisposeAsync() => await Platform.DisposeAsync();
    }

    [Theory]
    [InlineData("/samples?order=id", "UTC")]
    [InlineData("/samples?order=id", "Asia/Kolkata")]
    [InlineData("/samples?order=id", "Africa/Monrovia")] // seconds in its offset of 1890
    [InlineData("/samples?order=id", "America/St_Johns")]
    [InlineData("/samples?select=n:id,instant,again:instant,words->>0,sum:big::text&order=id.desc", "UTC")]
    [InlineData("/samples?id=gt.99", "UTC")]
    [InlineData("/parts?select=id,samples(words,instant,mood,parts(id))&order=id", "Asia/Tokyo")]
    [InlineData("/many?order=id", "UTC")]
    [InlineData("/many?order=id&limit=3&offset=998", "UTC")]
    [InlineData("/none", "UTC")]
    public async Task Columns_become_the_JSON_that_PostgreSQL_makes(string target, string zone)
    {
        // Only what was quick once is read by its columns, and a busy machine is slow at times.
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        do await HoldAsync(target, ("Prefer", $"timezone={zone}"));
        while (!await IsSharedAsync() && !patience.IsCancellationRequested);

        Assert.True(await IsSharedAsync(), "it was not read by its columns");
    }

    [Theory]
    [InlineData("/lists?order=id")]
    [InlineData("/lists?select=mood&order=id")]
    public async Task Arrays_rows_and_types_with_a_cast_are_left_to_PostgreSQL(string target) => await HoldAsync(target);

    [Theory]
    [InlineData("German")]
    [InlineData("SQL, DMY")]
    [InlineData("Postgres")]
    public async Task So_are_dates_in_another_style(string style)
    {
        await HoldAsync("/days?order=id", ("X-Style", style));
        await HoldAsync("/days?order=id");
    }

    [Fact]
    public async Task A_single_object_is_one_row_and_another_number_is_406()
    {
        await HoldAsync("/samples?id=eq.1", ("Accept", "application/vnd.pgrst.object+json"));

        for (var i = 0; i < 4; i++)
        {
            var answer = await _platform.Http.SendAsync("GET", "/samples?id=lt.3", null, ("Accept", "application/vnd.pgrst.object+json"));
            Assert.Equal((406, "PGRST116"), (answer.Status, answer["code"]));
        }
    }

    [Fact]
    public async Task A_changed_table_is_read_as_it_is_now()
    {
        await _platform.Database.ExecuteAsync($"create table api.changing (id int); insert into api.changing values (1); grant select on api.changing to {_platform.Roles.Anon}; notify pgrst");
        await _platform.UntilAsync(http => http.SendAsync("GET", "/changing"), a => a.Status == 200);
        await HoldAsync("/changing");

        await _platform.Database.ExecuteAsync("alter table api.changing add more text[] default '{a}', alter id type text");
        await HoldAsync("/changing");

        Assert.Equal("""[{"id":"1","more":["a"]}]""", await TextAsync("/changing"));
    }

    /// <summary>The first answers teach which reads are quick; a counted one is always PostgreSQL's.</summary>
    private async Task HoldAsync(string target, params (string Name, string Value)[] headers)
    {
        var prefer = headers.Where(h => h.Name == "Prefer").Select(h => h.Value).Append("count=exact");
        var expected = await TextAsync(target, [.. headers.Where(h => h.Name != "Prefer"), ("Prefer", string.Join(", ", prefer))]);
        for (var i = 0; i < 4; i++) Assert.Equal(expected, await TextAsync(target, headers));
    }

    private async Task<string> TextAsync(string target, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, target);
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        using var response = await _platform.Http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True((int)response.StatusCode is 200 or 206, text);
        Assert.Equal(response.Content.Headers.ContentLength, System.Text.Encoding.UTF8.GetByteCount(text));
        return text;
    }

    private async Task<bool> IsSharedAsync() => await _platform.Database.ScalarAsync<bool>(
        $"select exists (select from pg_stat_activity where usename = '{_platform.Roles.Login}' and query like 'SELECT nullif(current_setting(''response.headers''%')");
}
