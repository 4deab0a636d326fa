using Hedgerow.Tests.Integration.Support;
using Hedgerow.Cli;
using Hedgerow.Postgres.Migrations;
using Hedgerow.Postgres.Policies;

namespace Hedgerow.Tests.Integration.ICreateTechs;

public sealed class AccessTests(ICreateTechsFixture fixture) : IClassFixture<ICreateTechsFixture>
{
    /// <summary>What the seed means for everybody's eyes: price lists. Everything else of a workspace is its members' alone.</summary>
    private static readonly string[] PriceLists = ["subscription_plans"];

    [Fact]
    public async Task The_access_matrix_of_every_table_holds()
    {
        var reports = await PlayAsync();
        Assert.Empty(reports.SelectMany(report => report.Differences).Select(cell => $"{cell.Table}, {cell.Persona}: {cell.Expected} but {cell.Got}. {cell.Why}"));
        Assert.All(reports, report => Assert.True(report.Hold > 0));
    }

    /// <summary>A new table has to be in the matrix (the test above fails without), and its cells are what the database does.</summary>
    [Fact]
    public void C_03_No_cell_of_the_matrix_gives_a_stranger_or_anon_a_row_of_others()
    {
        var matrix = AccessMatrix.Parse(File.ReadAllText(Path.Combine(Checkout.Root, "sql", "policies", "public", "ACCESS.md")));
        Assert.True(matrix.Rows.Count >= 30);
        Assert.All(matrix.Rows, row =>
        {
            foreach (var (persona, cell) in row.Cells.Where(cell => cell.Key is "anon" or "stranger"))
                foreach (var letter in AccessCell.Letters.Where(letter => !(letter == 'S' && PriceLists.Contains(row.Table))))
                    Assert.True(cell[letter] != Reach.Others, $"{row.Table}: {persona} has {letter} on the rows of others");
        });
    }

    [Fact]
    public async Task C_03_Row_level_security_is_enabled_and_forced_on_every_table_and_partitions_are_closed()
    {
        var @operator = new Person(fixture.Database, "postgres");
        Assert.Null(await @operator.ScalarAsync<string>(
            """
            select string_agg(c.oid::regclass::text, ', ') from pg_class c
            join pg_namespace n on n.oid = c.relnamespace
            where (n.nspname in ('public', 'storage', 'appforge_archive') or exists (select from pg_namespace p where p.nspname = n.nspname || '_private'))
              and c.relkind in ('r', 'p')
              and not (c.relrowsecurity and c.relforcerowsecurity)
            """));
        Assert.Null(await @operator.ScalarAsync<string>(
            """
            select string_agg(c.oid::regclass || ' ' || r, ', ') from pg_class c, unnest(array['anon', 'authenticated']) r
            where c.relnamespace = 'public'::regnamespace and c.relispartition and has_table_privilege(r, c.oid, 'select, insert, update, delete')
            """));
    }

    [Theory]
    [InlineData("auth")]
    [InlineData("hedgerow")]
    public async Task No_client_role_reaches_a_table_of_the_platform(string schema) =>
        Assert.Null(await new Person(fixture.Database, "postgres").ScalarAsync<string>(
            """
            select string_agg(c.oid::regclass || ' ' || r, ', ') from pg_class c, unnest(array['anon', 'authenticated', 'service_role']) r
            where c.relnamespace = $1::regnamespace and c.relkind in ('r', 'p', 'v', 'm') and has_table_privilege(r, c.oid, 'select, insert, update, delete')
            """, schema));

    [Fact]
    public async Task No_function_in_a_reachable_schema_is_executable_by_accident_and_every_definer_has_a_fixed_search_path() =>
        Assert.Null(await new Person(fixture.Database, "postgres").ScalarAsync<string>(
            """
            select string_agg(p.oid::regprocedure::text, ', ') from pg_proc p
            join pg_namespace n on n.oid = p.pronamespace
            where (n.nspname in ('public', 'hedgerow') or n.nspname like '%\_private' or exists (select from pg_namespace q where q.nspname = n.nspname || '_private'))
              and (p.prosecdef and (p.proowner not in ('hedgerow_definer'::regrole, 'hedgerow_admin'::regrole) or not coalesce(p.proconfig::text like '%search_path=%', false))
                or exists (select from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a where a.grantee = 0))
            """));

    private async Task<IReadOnlyList<AccessReport>> PlayAsync() =>
        await AccessPlayer.PlayAllAsync(fixture.Database.AdminConnectionString, new SetupOptions(Path.Combine(Checkout.Root, "sql"), ["icreatetechs"]));
}
