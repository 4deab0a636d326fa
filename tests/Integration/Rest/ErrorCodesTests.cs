using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Rest;

/// <summary>
/// Every code of PostgREST's own (PostgREST, Errors), brought about as the documentation says. Those of group 0 stand in
/// <see cref="AvailabilityTests"/>; PGRSTX00 is for faults of a driver that is not ours.
/// </summary>
public sealed class ErrorCodesTests(ErrorCodesTests.Database database) : IClassFixture<ErrorCodesTests.Database>
{
    private const string Schema = """
        create schema api;
        create table api.clients (id int primary key, name text);
        create table api.projects (id int primary key, client_id int references api.clients, owner_id int references api.clients, name text);
        insert into api.clients values (1, 'one'), (2, 'two');
        insert into api.projects values (1, 1, 2, 'a'), (2, 1, 2, 'b'), (3, null, null, 'c');
        create function api.add(a int, b int) returns int language sql immutable as 'select a + b';
        create function api.same(a int) returns int language sql immutable as 'select a';
        create function api.same(a text) returns text language sql immutable as 'select a';
        create function api.twin(a text) returns text language sql immutable as 'select a';
        create function api.twin(a int) returns int language sql immutable as 'select a';
        create function api.bad_headers() returns void language sql as $$ select set_config('response.headers', '{"a":"b"}', true) $$;
        create function api.bad_status() returns void language sql as $$ select set_config('response.status', 'teapot', true) $$;
        create function api.bad_message() returns void language plpgsql as $$ begin raise sqlstate 'PGRST' using message = 'x', detail = '{"status":402,"headers":{}}'; end $$;
        create function api.no_detail() returns void language plpgsql as $$ begin raise sqlstate 'PGRST' using message = '{"code":"1","message":"m"}'; end $$;
        create function api.safe() returns trigger language plpgsql as $$ begin raise sqlstate '21000' using message = 'UPDATE requires a WHERE clause'; end $$;
        create table api.guarded (id int);
        create trigger guard before update on api.guarded execute function api.safe();
        grant usage on schema api to {anon}, {user};
        grant all on all tables in schema api to {anon}, {user};
        """;

    private readonly PlainPlatform _platform = database.Platform;

    public sealed class Database : IAsyncLifetime
    {
        public PlainPlatform Platform { get; private set; } = null!;

        public async Task InitializeAsync() => Platform = await PlainPlatform.StartAsync(Schema, ("Rest:Schemas", "api"));

        public async Task DisposeAsync() => await Platform.DisposeAsync();
    }

    [Theory]
    [InlineData("GET", "/projects?id=eqq.1", null, "", 400, "PGRST100")]
    [InlineData("GET", "/projects?select=id,(", null, "", 400, "PGRST100")]
    [InlineData("GET", "/projects?order=id.sideways", null, "", 400, "PGRST100")]
    [InlineData("DELETE", "/rpc/add", null, "", 405, "PGRST101")]
    [InlineData("PUT", "/rpc/add", "{}", "", 405, "PGRST101")]
    [InlineData("POST", "/projects", "", "", 400, "PGRST102")]
    [InlineData("POST", "/projects", "{", "", 400, "PGRST102")]
    [InlineData("POST", "/projects", "[{\"id\":9},{\"name\":\"x\"}]", "", 400, "PGRST102")]
    [InlineData("GET", "/projects?limit=-1", null, "", 416, "PGRST103")]
    [InlineData("GET", "/projects", null, "Range: 5-1", 416, "PGRST103")]
    [InlineData("GET", "/projects?offset=100", null, "Prefer: count=exact", 416, "PGRST103")]
    [InlineData("PUT", "/projects?name=eq.x", "{\"id\":1}", "", 405, "PGRST105")]
    [InlineData("PUT", "/projects?name=eq.x", "{\"nothing\":1}", "", 405, "PGRST105")]
    [InlineData("GET", "/projects", null, "Accept-Profile: nowhere", 406, "PGRST106")]
    [InlineData("POST", "/projects", "{\"id\":9}", "Content-Profile: nowhere", 406, "PGRST106")]
    [InlineData("GET", "/projects", null, "Accept: image/png", 406, "PGRST107")]
    [InlineData("GET", "/projects", null, "Accept: application/vnd.pgrst.plan", 406, "PGRST107")]
    [InlineData("GET", "/projects?clients.name=eq.x", null, "", 400, "PGRST108")]
    [InlineData("GET", "/projects?order=clients(name)", null, "", 400, "PGRST108")]
    [InlineData("POST", "/rpc/bad_headers", "{}", "", 500, "PGRST111")]
    [InlineData("POST", "/rpc/bad_status", "{}", "", 500, "PGRST112")]
    [InlineData("PUT", "/projects?id=eq.1&limit=1", "{\"id\":1}", "", 400, "PGRST114")]
    [InlineData("PUT", "/projects?id=eq.1", "{\"id\":2}", "", 400, "PGRST115")]
    [InlineData("GET", "/projects", null, "Accept: application/vnd.pgrst.object+json", 406, "PGRST116")]
    [InlineData("GET", "/projects?id=eq.0", null, "Accept: application/vnd.pgrst.object+json", 406, "PGRST116")]
    [InlineData("TRACE", "/projects", null, "", 405, "PGRST117")]
    [InlineData("GET", "/clients?select=id,projects!owner_id(id)&order=projects(id)", null, "", 400, "PGRST118")]
    [InlineData("GET", "/projects?select=id,c:clients!client_id(name)&c=eq.x", null, "", 400, "PGRST120")]
    [InlineData("POST", "/rpc/bad_message", "{}", "", 500, "PGRST121")]
    [InlineData("POST", "/rpc/no_detail", "{}", "", 500, "PGRST121")]
    [InlineData("GET", "/projects", null, "Prefer: handling=strict, anything", 400, "PGRST122")]
    [InlineData("GET", "/projects?select=id.max()", null, "", 400, "PGRST123")]
    [InlineData("DELETE", "/projects", null, "Prefer: handling=strict, max-affected=1", 400, "PGRST124")]
    [InlineData("GET", "/projects/1", null, "", 404, "PGRST125")]
    [InlineData("POST", "/rpc/add", "{\"a\":1,\"b\":2}", "Prefer: handling=strict, max-affected=1", 400, "PGRST128")]
    [InlineData("GET", "/projects?select=id,nothing(id)", null, "", 400, "PGRST200")]
    [InlineData("GET", "/projects?select=id,clients(id)", null, "", 300, "PGRST201")]
    [InlineData("GET", "/rpc/add?a=1", null, "", 404, "PGRST202")]
    [InlineData("POST", "/rpc/nothing", "{}", "", 404, "PGRST202")]
    [InlineData("GET", "/rpc/same?a=1", null, "", 300, "PGRST203")]
    [InlineData("POST", "/projects?columns=id,nothing", "{\"id\":9}", "", 400, "PGRST204")]
    [InlineData("GET", "/project", null, "", 404, "PGRST205")]
    [InlineData("GET", "/projects", null, "Authorization: Bearer not.a.token", 401, "PGRST301")]
    [InlineData("GET", "/projects", null, "Authorization: Bearer nothing", 401, "PGRST301")]
    public async Task A_mistake_is_answered_with_its_code(string method, string target, string? body, string header, int status, string code)
    {
        (string, string)[] headers = header.Length == 0 ? [] : [(header.Split(": ", 2)[0], header.Split(": ", 2)[1])];
        var answer = await _platform.Http.SendAsync(method, target, body, headers);

        Assert.Equal((status, code), (answer.Status, answer["code"]));
        // An offset beyond the end is found out with the answer in hand: its head is the answer's own, as PostgREST's is.
        Assert.Equal(target.Contains("offset", StringComparison.Ordinal) ? null : $"PostgREST; error={code}", answer.Header("Proxy-Status"));
        Assert.NotEmpty(answer["message"]!);
        Assert.Equal(3, (await _platform.Http.SendAsync("GET", "/projects")).Json.GetArrayLength());
    }

    /// <summary>PostgreSQL's text holds no NUL: one in a list ends its value, anywhere else it is the database's to refuse.</summary>
    [Theory]
    [InlineData("/projects?name=in.(a%00x,b)&order=id&select=id", 200, """[{"id":1},{"id":2}]""")]
    [InlineData("/projects?name=not.in.(a%00x,b)&select=id", 200, """[{"id":3}]""")]
    [InlineData("/projects?name=eq.a%00x", 400, null)]
    public async Task A_NUL_ends_a_value_of_a_list(string target, int status, string? body)
    {
        var answer = await _platform.Http.SendAsync("GET", target);

        Assert.Equal(status, answer.Status);
        if (body is null) Assert.Equal("22021", answer["code"]);
        else Assert.Equal(body, System.Text.Json.JsonSerializer.Serialize(answer.Json));
    }

    [Fact]
    public async Task Overloads_that_cannot_be_told_apart_are_named_in_an_order_of_their_own()
    {
        var answer = await _platform.Http.SendAsync("GET", "/rpc/twin?a=1");

        Assert.Equal((300, "Could not choose the best candidate function between: api.twin(a => integer), api.twin(a => text)"), (answer.Status, answer["message"]));
    }

    [Theory]
    [InlineData("Rest:OpenApiMode", "disabled", "GET", "/", 404, "PGRST126")]
    [InlineData("Rest:AggregatesEnabled", "true", "GET", "/clients?select=...projects!owner_id(id.max())", 400, "PGRST127")]
    [InlineData("Rest:AnonRole", "", "GET", "/projects", 401, "PGRST302")]
    public async Task So_is_one_that_a_setting_makes(string setting, string value, string method, string target, int status, string code)
    {
        await using var platform = await PlainPlatform.StartAsync("""
            create schema api; grant usage on schema api to {anon};
            create table api.clients (id int primary key); create table api.projects (id int primary key, owner_id int references api.clients);
            """, ("Rest:Schemas", "api"), (setting, value));

        var answer = await platform.Http.SendAsync(method, target);

        Assert.Equal((status, code), (answer.Status, answer["code"]));
    }

    [Fact]
    public async Task A_token_where_no_secret_is_known_is_the_servers_fault()
    {
        await using var platform = await PlainPlatform.StartAsync("create schema api", ("Rest:Schemas", "api"), ("Jwt:Secret", ""));

        var answer = await platform.User.SendAsync("GET", "/");

        Assert.Equal((500, "PGRST300", "Server lacks JWT secret"), (answer.Status, answer["code"], answer["message"]));
    }

    [Theory]
    [InlineData("""{"exp":1}""", "JWT expired")]
    [InlineData("""{"nbf":99999999999}""", "JWT not yet valid")]
    [InlineData("""{"iat":99999999999}""", "JWT issued at future")]
    [InlineData("""{"exp":"soon"}""", "The JWT 'exp' claim must be a number")]
    [InlineData("""[]""", "Parsing claims failed")]
    public async Task Claims_that_do_not_hold_are_told_in_body_and_challenge(string claims, string message)
    {
        var answer = await _platform.Client(claims).SendAsync("GET", "/projects");

        Assert.Equal((401, "PGRST303", message), (answer.Status, answer["code"], answer["message"]));
        Assert.Equal($"Bearer error=\"invalid_token\", error_description=\"{message}\"", answer.Header("WWW-Authenticate"));
    }

    [Fact]
    public async Task What_pg_safeupdate_refuses_is_the_clients_mistake()
    {
        var answer = await _platform.Http.SendAsync("PATCH", "/guarded", new { id = 1 });

        Assert.Equal((400, "21000", "UPDATE requires a WHERE clause"), (answer.Status, answer["code"], answer["message"]));
    }

    [Fact]
    public async Task Minimal_errors_keep_code_and_message()
    {
        await using var platform = await PlainPlatform.StartAsync("create schema api", ("Rest:Schemas", "api"), ("Rest:ErrorVerbosity", "minimal"));

        var answer = await platform.Http.SendAsync("GET", "/nothing");

        Assert.Equal(["code", "message"], answer.Json.EnumerateObject().Select(m => m.Name).Order());
    }
}
