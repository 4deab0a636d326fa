using Hedgerow.Tests.Integration.Support;
namespace Hedgerow.Tests.Integration.ICreateTechs;

public sealed class TimestampTests(ICreateTechsFixture fixture) : IClassFixture<ICreateTechsFixture>
{
    [Fact]
    public async Task C_02_Every_table_with_updated_at_keeps_it_by_trigger() =>
        Assert.Null(await new Person(fixture.Database, "postgres").ScalarAsync<string>(
            """
            select string_agg(c.relname, ', ') from pg_attribute a
            join pg_class c on c.oid = a.attrelid and c.relkind in ('r', 'p') and not c.relispartition and c.relnamespace = 'public'::regnamespace
            where a.attname = 'updated_at' and not a.attisdropped
              and not exists (
                select from pg_trigger t join pg_proc p on p.oid = t.tgfoid
                where t.tgrelid = c.oid and p.proname = 'update_updated_at_column' and t.tgtype & 19 = 19 and t.tgenabled = 'O'
                  -- Being shown to more people is no change of the row itself (IC-04).
                  and (t.tgqual is null or pg_get_triggerdef(t.oid) like '% WHEN ((old.in_public_project = new.in_public_project)) %'))
            """));

    [Theory]
    [InlineData("update public.projects set updated_at = '2000-01-01' where id = $1 returning updated_at")]
    [InlineData("update public.projects set name = 'Moved' where id = $1 returning updated_at")]
    public async Task C_02_An_update_moves_updated_at_whatever_a_client_says(string update)
    {
        var workspace = await fixture.WorkspaceAsync();
        var before = await workspace.Member.ScalarAsync<DateTime>("select updated_at from public.projects where id = $1", workspace.Project);
        Assert.True(await workspace.Member.ScalarAsync<DateTime>(update, workspace.Project) > before);
    }

    [Fact]
    public async Task C_02_A_client_inserts_no_time_of_its_own()
    {
        var workspace = await fixture.WorkspaceAsync();
        foreach (var column in new[] { "created_at", "updated_at" })
            await workspace.Member.RefusedAsync("42501",
                $"insert into public.projects (workspace_id, name, slug, {column}) values ($1, 'a', 'a', '2000-01-01')", workspace.Id);
    }
}
