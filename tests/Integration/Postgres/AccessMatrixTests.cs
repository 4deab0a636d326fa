using Hedgerow.Postgres;
using Hedgerow.Postgres.Migrations;
using Hedgerow.Postgres.Policies;
using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Postgres;

/// <summary>A garden with beds and plants: small enough to know by heart who may do what, and to plant faults in.</summary>
public sealed class AccessMatrixTests : IAsyncLifetime, IDisposable
{
    private const string Matrix =
        """
        # Who may do what

        | table     | anon | stranger | member | admin | service | remarks |
        |-----------|------|----------|--------|-------|---------|---------|
        | `gardens` | -    | I        | SI     | SIU   | SIUD    | anyone may make one |
        | members   | -    | -        | Sd     | SIUD  | SIUD    | leaving [^1] |
        | plants    | S    | S        | Siud   | SiUD  | SIUD    | |
        | log       | -    | -        | SI     | SI    | SI      | append-only |

        [^1]: `d` is leaving.
        """;

    private readonly SqlFolder _sql = new();
    private TestDatabase _database = null!;

    public AccessMatrixTests() => _sql
        .With("migrations/garden/0001_tables.sql",
            """
            create schema garden;
            grant usage on schema garden to anon, authenticated, service_role;
            create schema auth;
            grant usage on schema auth to anon, authenticated, service_role;
            create function auth.uid() returns uuid language sql stable as
              $$ select (nullif(current_setting('request.jwt.claims', true), '')::json ->> 'sub')::uuid $$;
            create table garden.gardens (id uuid primary key default gen_random_uuid(), name text not null unique);
            create table garden.members (garden uuid references garden.gardens, person uuid, role text not null default 'member', primary key (garden, person));
            create table garden.plants (
              id uuid primary key default gen_random_uuid(), garden uuid not null references garden.gardens, planted_by uuid not null, name text, secret text);
            create table garden.log (id bigint generated always as identity primary key, garden uuid not null, what text not null);
            create function garden.role_in(uuid) returns text language sql stable security definer set search_path = '' as
              $$ select m.role from garden.members m where m.garden = $1 and m.person = auth.uid() $$;
            alter table garden.gardens enable row level security, force row level security;
            alter table garden.members enable row level security, force row level security;
            alter table garden.plants enable row level security, force row level security;
            alter table garden.log enable row level security, force row level security;
            create function garden.frozen() returns trigger language plpgsql as $$ begin raise 'the log is append-only'; end $$;
            create trigger frozen before update or delete on garden.log for each row execute function garden.frozen();
            create function garden.signed_in() returns trigger language plpgsql as
              $$ begin if auth.uid() is null and current_user <> 'service_role' then raise 'nobody is signed in'; end if; return new; end $$;
            create trigger signed_in before insert on garden.plants for each row execute function garden.signed_in();
            reset role;
            alter function garden.role_in(uuid) owner to postgres;
            """)
        .With("policies/garden/_access.sql", "grant all on all tables in schema garden to service_role;")
        .With("policies/garden/gardens.sql",
            """
            grant select, insert, update on garden.gardens to authenticated;
            create policy read on garden.gardens for select to authenticated using (garden.role_in(id) is not null);
            create policy make on garden.gardens for insert to authenticated with check (true);
            create policy rename on garden.gardens for update to authenticated using (garden.role_in(id) = 'admin');
            """)
        .With("policies/garden/members.sql",
            """
            grant select, insert, update, delete on garden.members to authenticated;
            create policy read on garden.members for select to authenticated using (garden.role_in(garden) is not null);
            create policy manage on garden.members for all to authenticated using (garden.role_in(garden) = 'admin');
            create policy leave on garden.members for delete to authenticated using (person = auth.uid() and garden.role_in(garden) is not null);
            """)
        .With("policies/garden/plants.sql",
            """
            grant select (id, garden, planted_by, name), insert (garden, planted_by, name), update (name), delete on garden.plants to anon, authenticated;
            create policy read on garden.plants for select using (true);
            create policy plant on garden.plants for insert to authenticated with check (planted_by = auth.uid() and garden.role_in(garden) is not null);
            create policy tend on garden.plants for update to authenticated
              using (garden.role_in(garden) = 'admin' or (planted_by = auth.uid() and garden.role_in(garden) is not null));
            create policy pull on garden.plants for delete to authenticated
              using (garden.role_in(garden) = 'admin' or (planted_by = auth.uid() and garden.role_in(garden) is not null));
            """)
        .With("policies/garden/log.sql",
            """
            grant select, insert, update, delete on garden.log to authenticated;
            create policy everything on garden.log to authenticated using (garden.role_in(garden) is not null);
            """)
        .With("policies/garden/_personas.sql",
            """
            insert into personas (name, role, claims) values
              ('anon', 'anon', '{"role": "anon"}'),
              ('stranger', 'authenticated', '{"sub": "00000000-0000-0000-0000-000000000001", "role": "authenticated"}'),
              ('member', 'authenticated', '{"sub": "00000000-0000-0000-0000-000000000002", "role": "authenticated"}'),
              ('admin', 'authenticated', '{"sub": "00000000-0000-0000-0000-000000000003", "role": "authenticated"}'),
              ('other', 'authenticated', '{"sub": "00000000-0000-0000-0000-000000000004", "role": "authenticated"}'),
              ('service', 'service_role', '{"role": "service_role"}');
            insert into garden.gardens (id, name) values ('10000000-0000-0000-0000-000000000000', 'Eden');
            insert into garden.members
            select '10000000-0000-0000-0000-000000000000', (claims ->> 'sub')::uuid, case name when 'admin' then 'admin' else 'member' end
            from personas where name in ('member', 'admin', 'other');
            insert into samples (table_name, row, new_row) values
              ('gardens', '{"id": "10000000-0000-0000-0000-000000000000"}', '{"name": "$uuid"}');
            insert into samples (table_name, row, existing_only) values
              ('members', '{"garden": "10000000-0000-0000-0000-000000000000", "person": "$self"}', true);
            insert into samples (table_name, row) values
              ('plants', '{"garden": "10000000-0000-0000-0000-000000000000", "planted_by": "$self", "name": "rose", "secret": "thorns"}'),
              ('log', '{"garden": "10000000-0000-0000-0000-000000000000", "what": "rain"}');
            """)
        .With("policies/garden/ACCESS.md", Matrix);

    public async Task InitializeAsync()
    {
        _database = await TestDatabase.CreateEmptyAsync();
        await _sql.SetUpAsync(_database, "garden");
    }

    public async Task DisposeAsync() => await _database.DisposeAsync();
    public void Dispose() => _sql.Dispose();

    private async Task<AccessReport> PlayAsync() =>
        Assert.Single(await AccessPlayer.PlayAllAsync(_database.AdminConnectionString, new SetupOptions(_sql.Path, ["garden"])));

    private Task<int> AlterAsync(string sql) => _database.ExecuteAsync(sql);

    [Fact]
    public async Task Every_cell_holds_and_nothing_is_left_behind()
    {
        var report = await PlayAsync();
        Assert.Empty(report.Differences);
        Assert.Equal(20, report.Hold);
        Assert.Equal(0, await _database.ScalarAsync<long>("select count(*) from garden.gardens"));
    }

    [Theory]
    [InlineData("drop policy read on garden.plants", "plants", "anon", "-")]
    [InlineData("drop policy leave on garden.members", "members", "member", "S")]
    [InlineData("create policy fault on garden.members for delete to authenticated using (person = auth.uid() or garden.role_in(garden) = 'member')", "members", "member", "SD")]
    [InlineData("create policy fault on garden.gardens for delete to authenticated using (true); grant delete on garden.gardens to authenticated; drop policy rename on garden.gardens", "gardens", "admin", "SID")]
    [InlineData("create policy fault on garden.plants for insert to authenticated with check (garden.role_in(garden) is not null)", "plants", "member", "SIud")]
    [InlineData("create policy fault on garden.plants for update to authenticated using (true)", "plants", "stranger", "SU")]
    [InlineData("drop trigger frozen on garden.log", "log", "member", "SIUD")]
    [InlineData("revoke update (name) on garden.plants from authenticated", "plants", "admin", "SiD")]
    [InlineData("revoke select on garden.log from service_role", "log", "service", "I")]
    public async Task A_planted_fault_is_found_in_its_cell(string fault, string table, string persona, string got)
    {
        await AlterAsync(fault);
        var report = await PlayAsync();
        var cell = Assert.Single(report.Differences, cell => cell.Table == table && cell.Persona == persona);
        Assert.Equal(got, cell.Got);
        Assert.NotEmpty(cell.Why);
    }

    [Fact]
    public async Task A_difference_says_what_PostgreSQL_answered()
    {
        await AlterAsync("revoke delete on garden.plants from authenticated");
        var cell = Assert.Single((await PlayAsync()).Differences, cell => cell.Persona == "admin");
        Assert.Equal("SiUD", cell.Expected);
        Assert.Equal("SiU", cell.Got);
        Assert.Contains("D: 42501 permission denied for table plants", cell.Why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_table_without_a_row_and_a_row_without_a_table_are_differences()
    {
        _sql.With("policies/garden/ACCESS.md", Matrix.Replace("| log ", "| logs ", StringComparison.Ordinal));
        var report = await PlayAsync();
        Assert.Contains(report.Differences, cell => cell is { Table: "logs", Persona: null });
        Assert.Contains(report.Differences, cell => cell is { Table: "log", Persona: null });
    }

    [Fact]
    public async Task A_sample_that_cannot_be_made_says_why()
    {
        await AlterAsync("alter table garden.plants add check (name <> 'rose')");
        var cell = Assert.Single((await PlayAsync()).Differences);
        Assert.Null(cell.Persona);
        Assert.Contains("23514", cell.Why, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("members, member", "| members   | -    | -        | Sx     |", "ACCESS.md:6: members, member: \"Sx\"")]
    [InlineData("too few", "| members   | -    |", "members has 1 cells for 5 personas")]
    public async Task A_matrix_that_cannot_be_read_is_named_with_its_line(string what, string row, string message)
    {
        var lines = Matrix.Split('\n');
        lines[5] = row + (what == "too few" ? "" : " SIUD  | SIUD    | |");
        _sql.With("policies/garden/ACCESS.md", string.Join('\n', lines));
        var error = await Assert.ThrowsAsync<SetupException>(PlayAsync);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_persona_that_the_world_lacks_is_named()
    {
        _sql.With("policies/garden/ACCESS.md", Matrix.Replace("stranger", "gardener", StringComparison.Ordinal));
        var error = await Assert.ThrowsAsync<SetupException>(PlayAsync);
        Assert.Contains("\"gardener\"", error.Message, StringComparison.Ordinal);
    }
}
