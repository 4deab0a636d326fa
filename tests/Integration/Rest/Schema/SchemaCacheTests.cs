using Hedgerow.Postgres;
using Hedgerow.Rest;
using Hedgerow.Rest.Schema;
using Hedgerow.Tests.Integration.Support;
using Npgsql;

namespace Hedgerow.Tests.Integration.Rest.Schema;

/// <summary>What the schema cache knows of a real database.</summary>
public sealed class SchemaCacheTests : IAsyncLifetime
{
    private TestDatabase _database = null!;
    private SchemaCache _cache = null!;

    public async Task InitializeAsync()
    {
        _database = await TestDatabase.CreateEmptyAsync();
        await _database.ExecuteAsync(Sample);
        await using var source = NpgsqlDataSource.Create(_database.AdminConnectionString);
        _cache = await SchemaCacheLoader.LoadAsync(source, new RestOptions { Schemas = "api", ExtraSearchPath = "public" }, default);
    }

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task A_schema_that_is_not_there_is_named()
    {
        await using var source = NpgsqlDataSource.Create(_database.AdminConnectionString);
        var cache = await SchemaCacheLoader.LoadAsync(source, new RestOptions { Schemas = "api, nowhere" }, default);
        Assert.Equal("nowhere", Assert.Single(cache.MissingSchemas));
    }

    [Fact]
    public void Columns_show_types_defaults_and_labels()
    {
        var table = Table("clients");
        Assert.Equal("id name mood email born code seen", string.Join(' ', table.Columns.Select(c => c.Name)));
        var byName = table.ColumnsByName;
        Assert.Equal(("bigint", false), (byName["id"].Type, byName["id"].Nullable));
        Assert.Equal(("character varying", "character varying(30)", 30), (byName["name"].Type, byName["name"].NominalType, byName["name"].MaxLength!.Value));
        Assert.Equal("sad happy", string.Join(' ', byName["mood"].EnumValues));
        Assert.Equal(("text", "api.email", "'a@b'::text"), (byName["email"].Type, byName["email"].NominalType, byName["email"].Default));
        Assert.StartsWith("nextval('api.clients_id_seq'", byName["id"].Default);
        Assert.Null(byName["code"].Default);
        Assert.Equal("The day of birth", byName["born"].Description);
        Assert.Equal("People who pay", table.Description);
    }

    [Fact]
    public void Partitions_and_other_schemas_are_hidden()
    {
        Assert.Contains(new QualifiedName("api", "events"), _cache.Tables.Keys);
        Assert.DoesNotContain(_cache.Tables.Keys, name => name.Name == "events_2026" || name.Schema != "api");
    }

    [Fact]
    public void What_can_be_written_is_known_of_views_too()
    {
        Assert.Equal((true, true, true), Writable("clients"));
        Assert.Equal((true, true, true), Writable("client_names"));
        Assert.Equal((false, false, false), Writable("client_counts"));
        Assert.Equal((true, false, false), Writable("client_inbox"));
        Assert.Equal((false, false, false), Writable("client_snapshot"));
    }

    [Fact]
    public void A_view_has_the_primary_key_that_it_shows_whole()
    {
        Assert.Equal("id", string.Join(' ', Table("client_names").PrimaryKey));
        Assert.Equal("k", string.Join(' ', Table("nested").PrimaryKey));
        Assert.Equal("project_id user_id", string.Join(' ', Table("members").PrimaryKey));
        Assert.Empty(Table("half_members").PrimaryKey);
        Assert.Empty(Table("all_names").PrimaryKey);
    }

    [Theory]
    [InlineData("projects", "clients", "ManyToOne")]
    [InlineData("clients", "projects", "OneToMany")]
    [InlineData("profiles", "clients", "OneToOne")]
    [InlineData("clients", "profiles", "OneToOne")]
    [InlineData("projects", "users", "ManyToMany")]
    [InlineData("users", "projects", "ManyToMany")]
    [InlineData("projects", "client_names", "ManyToOne")]
    [InlineData("projects", "nested", "ManyToOne")]
    [InlineData("project_list", "nested", "ManyToOne")]
    [InlineData("client_names", "project_list", "OneToMany")]
    [InlineData("events", "clients", "ManyToOne")]
    public void Foreign_keys_make_relationships_through_views_as_well(string source, string target, string cardinality) =>
        Assert.Contains(Between(source, target), r => r is ForeignKeyRelationship key && key.Cardinality.GetType().Name == cardinality);

    [Fact]
    public void A_self_reference_goes_both_ways()
    {
        var kinds = Between("users", "users").OfType<ForeignKeyRelationship>().Where(r => r.Cardinality is not ManyToMany).Select(r => r.Cardinality.GetType().Name);
        Assert.Equal(["ManyToOne", "OneToMany"], kinds.Order());
    }

    [Fact]
    public void A_union_shows_no_key_and_a_partial_key_makes_no_relationship()
    {
        Assert.Empty(Relationships("all_names"));
        Assert.DoesNotContain(Relationships("half_members"), r => r is ForeignKeyRelationship { Cardinality: ManyToMany });
    }

    [Fact]
    public void A_hidden_junction_links_nothing_but_leaves_its_mark()
    {
        Assert.True(_cache.Relationships.TryGetValue(new("api", "lonely"), out var relationships));
        Assert.Empty(relationships);
    }

    [Fact]
    public void A_function_of_a_row_makes_a_relationship_and_overrides_a_detected_one()
    {
        var computed = Assert.IsType<ComputedRelationship>(Assert.Single(Between("users", "clients")));
        Assert.Equal((new QualifiedName("api", "best_client"), true), (computed.Function, computed.ToOne));
        var overriding = Assert.IsType<ComputedRelationship>(Assert.Single(Between("profiles", "users")));
        Assert.Equal("users", overriding.Function.Name);
    }

    [Fact]
    public void Overloads_know_their_parameters_and_settings()
    {
        var overloads = _cache.Routines[new("api", "add")];
        Assert.Equal([1, 3], overloads.Select(o => o.Parameters.Length));
        Assert.Equal("a:True b:False c:False", string.Join(' ', overloads[1].Parameters.Select(p => $"{p.Name}:{p.Required}")));
        Assert.Equal((Volatility.Stable, "serializable"), (overloads[1].Volatility, overloads[1].IsolationLevel));
        Assert.Equal("statement_timeout=4s", string.Join(' ', overloads[1].HoistedSettings.Select(s => $"{s.Key}={s.Value}")));
        Assert.True(_cache.Routines[new("api", "many")][0] is { HasVariadic: true } many && many.Parameters[^1].Variadic);
    }

    [Theory]
    [InlineData("add", "ScalarReturn { IsSet = False, Type = pg_catalog.int4, IsVoid = False }")]
    [InlineData("nothing", "ScalarReturn { IsSet = False, Type = pg_catalog.void, IsVoid = True }")]
    [InlineData("all_clients", "CompositeReturn { IsSet = True, Type = api.clients, IsAlias = False }")]
    [InlineData("pairs", "CompositeReturn { IsSet = True, Type = pg_catalog.record, IsAlias = True }")]
    public void What_a_function_returns_is_known(string name, string returns) =>
        Assert.Equal(returns, _cache.Routines[new("api", name)][0].Returns.ToString());

    [Fact]
    public void Functions_that_cannot_be_called_by_name_are_left_out()
    {
        Assert.DoesNotContain(new QualifiedName("api", "unnamed"), _cache.Routines.Keys);
        Assert.Contains(new QualifiedName("api", "raw"), _cache.Routines.Keys);
        Assert.DoesNotContain(new QualifiedName("api", "on_change"), _cache.Routines.Keys);
    }

    [Fact]
    public void Casts_of_domains_and_handlers_of_media_types_are_found()
    {
        Assert.Equal(new QualifiedName("api", "email_to_json"), _cache.Representations[("api.email", "json")]);
        var handler = Assert.Single(_cache.MediaHandlers, h => h.Function.Name == "clients_as_text");
        Assert.Equal(("text/plain", new QualifiedName("api", "clients")), (handler.MediaType, handler.Target!.Value));
    }

    [Fact]
    public async Task A_name_may_hold_what_the_node_tree_escapes()
    {
        await _database.ExecuteAsync("""
            create table api."odd {(\ }) name" ("k :resno 9 (" int primary key);
            create view api."odd view" as select "k :resno 9 (" as "x } y" from api."odd {(\ }) name" where "k :resno 9 (" > 0;
            """);
        await using var source = NpgsqlDataSource.Create(_database.AdminConnectionString);
        var cache = await SchemaCacheLoader.LoadAsync(source, new RestOptions { Schemas = "api" }, default);
        Assert.Equal("x } y", string.Join(' ', cache.Tables[new("api", "odd view")].PrimaryKey));
    }

    private Table Table(string name) => _cache.Tables[new("api", name)];

    private (bool, bool, bool) Writable(string name) => (Table(name).Insertable, Table(name).Updatable, Table(name).Deletable);

    private IEnumerable<Relationship> Relationships(string source) => _cache.Relationships.TryGetValue(new("api", source), out var found) ? found : [];

    private IEnumerable<Relationship> Between(string source, string target) => Relationships(source).Where(r => r.Target == new QualifiedName("api", target));

    private const string Sample = """
        create schema api;
        create schema private;
        create type api.mood as enum ('sad', 'happy');
        create domain api.email as text;
        create table api.clients (
          id bigint generated by default as identity primary key, name varchar(30), mood api.mood, email api.email default 'a@b',
          born date, code int generated always as identity, seen timestamptz default now());
        comment on table api.clients is 'People who pay';
        comment on column api.clients.born is 'The day of birth';
        create table api.users (id int primary key, boss_id int references api.users);
        create table api.projects (id int primary key, client_id bigint references api.clients);
        create table api.profiles (id int primary key, client_id bigint unique references api.clients, user_id int references api.users);
        create table api.members (project_id int references api.projects, user_id int references api.users, primary key (user_id, project_id));
        create table api.events (at date not null, client_id bigint references api.clients) partition by range (at);
        create table api.events_2026 partition of api.events for values from ('2026-01-01') to ('2027-01-01');
        create table api.lonely (id int primary key);
        create table api.lonelier (id int primary key);
        create table private.links (a int references api.lonely, b int references api.lonelier, primary key (a, b));

        create view api.client_names as select id, name from api.clients;
        create view api.nested as with c as (select * from api.client_names) select n.k from (select id as k from c) n;
        create view api.project_list as select p.id, p.client_id, c.name from api.projects p left join api.clients c on c.id = p.client_id;
        create view api.all_names as select id, name from api.clients union all select id, 'x' from api.users;
        create view api.half_members as select project_id from api.members;
        create view api.client_counts as select count(*) from api.clients;
        create view api.client_inbox as select name from api.clients group by name;
        create materialized view api.client_snapshot as select * from api.clients;
        create function private.take() returns trigger language plpgsql as 'begin return new; end';
        create trigger take instead of insert on api.client_inbox for each row execute function private.take();

        create function api.best_client(api.users) returns setof api.clients rows 1 language sql stable as 'select * from api.clients limit 1';
        create function api.users(api.profiles) returns setof api.users rows 1 language sql stable as 'select * from api.users where id = $1.user_id';
        create function api.add(a int) returns int language sql as 'select a';
        create function api.add(a int, b int default 1, c text default 'x') returns int language sql stable
          set default_transaction_isolation = 'serializable' set statement_timeout = '4s' set work_mem = '8MB' as 'select a + b';
        create function api.many(first text, variadic rest int[]) returns int language sql as 'select 1';
        create function api.nothing() returns void language sql as 'select null';
        create function api.all_clients() returns setof api.clients language sql stable as 'select * from api.clients';
        create function api.pairs() returns table(a int, b text) language sql as $$select 1, 'x'$$;
        create function api.unnamed(int, text) returns int language sql as 'select 1';
        create function api.raw(json) returns int language sql as 'select 1';
        create function api.on_change() returns trigger language plpgsql as 'begin return new; end';

        create function api.email_to_json(api.email) returns json language sql immutable as 'select to_json($1::text)';
        create cast (api.email as json) with function api.email_to_json(api.email) as implicit;
        create domain api."text/plain" as text;
        create function api.append(state api."text/plain", next api.clients) returns api."text/plain" language sql as 'select state';
        create aggregate api.clients_as_text (api.clients) (sfunc = api.append, stype = api."text/plain", initcond = '');
        """;
}
