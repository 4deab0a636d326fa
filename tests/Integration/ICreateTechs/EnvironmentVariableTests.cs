namespace Hedgerow.Tests.Integration.ICreateTechs;

public sealed class EnvironmentVariableTests(ICreateTechsFixture fixture) : IClassFixture<ICreateTechsFixture>
{
    private const string Set =
        "insert into public.environment_variables (project_id, key, value_encrypted, environment, is_secret) values ($1, $2, $3, 'production', $4) returning id";

    private const string Reveal = "select public.reveal_environment_variable($1)";

    [Fact]
    public async Task IC_24_Values_are_stored_encrypted_and_seen_by_admins_alone()
    {
        var workspace = await fixture.WorkspaceAsync();
        var id = await workspace.Admin.ScalarAsync<Guid>(Set, workspace.Project, "API_URL", "https://example.com", false);
        var stored = await workspace.Owner.ScalarAsync<string>("select value_encrypted from public.environment_variables where id = $1", id);
        Assert.StartsWith("-----BEGIN PGP MESSAGE-----", stored, StringComparison.Ordinal);

        Assert.Equal("https://example.com", await workspace.Owner.ScalarAsync<string>(Reveal, id));
        foreach (var person in new[] { workspace.Member, workspace.Viewer, workspace.Stranger })
        {
            Assert.Equal(0L, await person.ScalarAsync<long>("select count(*) from public.environment_variables"));
            await person.RefusedAsync("PT404", Reveal, id);
            await person.RefusedAsync("42501", Set, workspace.Project, "MINE", "x", false);
        }

        await workspace.Anyone.RefusedAsync("42501", Reveal, id);
    }

    [Fact]
    public async Task IC_24_A_secret_value_is_never_shown_whatever_its_flag_becomes()
    {
        var workspace = await fixture.WorkspaceAsync();
        var id = await workspace.Owner.ScalarAsync<Guid>(Set, workspace.Project, "TOKEN", "hush", true);
        await workspace.Owner.RefusedAsync("PT403", Reveal, id);
        await workspace.Owner.RefusedAsync("PT403", "update public.environment_variables set is_secret = false where id = $1", id);

        // The cipher text, written as the value of another variable, is that variable's clear text and no more.
        var cipher = await workspace.Owner.ScalarAsync<string>("select value_encrypted from public.environment_variables where id = $1", id);
        var copy = await workspace.Owner.ScalarAsync<Guid>(Set, workspace.Project, "COPY", cipher, false);
        Assert.Equal(cipher, await workspace.Owner.ScalarAsync<string>(Reveal, copy));

        await workspace.Owner.ExecuteAsync("update public.environment_variables set is_secret = false, value_encrypted = 'known' where id = $1", id);
        Assert.Equal("known", await workspace.Owner.ScalarAsync<string>(Reveal, id));
    }

    [Fact]
    public async Task IC_24_An_upsert_by_its_key_encrypts_once()
    {
        var workspace = await fixture.WorkspaceAsync();
        const string upsert =
            "insert into public.environment_variables (project_id, key, value_encrypted, environment, is_secret) values ($1, 'A', $2, 'all', false) on conflict (project_id, key, environment) do update set project_id = excluded.project_id, key = excluded.key, value_encrypted = excluded.value_encrypted, environment = excluded.environment, is_secret = excluded.is_secret returning id";
        var id = await workspace.Admin.ScalarAsync<Guid>(upsert, workspace.Project, "first");
        Assert.Equal(id, await workspace.Admin.ScalarAsync<Guid>(upsert, workspace.Project, "second"));
        Assert.Equal("second", await workspace.Admin.ScalarAsync<string>(Reveal, id));
    }

    [Fact]
    public async Task IC_24_A_key_is_unique_per_environment()
    {
        var workspace = await fixture.WorkspaceAsync();
        await workspace.Admin.ScalarAsync<Guid>(Set, workspace.Project, "A", "1", true);
        await workspace.Admin.RefusedAsync("23505", Set, workspace.Project, "A", "2", true);
        await workspace.Admin.RefusedAsync("23514", Set, workspace.Project, "NOT A NAME", "2", true);
    }

    [Fact]
    public async Task IC_24_Every_change_and_every_reveal_is_audited_without_a_value()
    {
        var workspace = await fixture.WorkspaceAsync();
        var id = await workspace.Admin.ScalarAsync<Guid>(Set, workspace.Project, "A", "first", false);
        await workspace.Owner.ExecuteAsync("update public.environment_variables set value_encrypted = 'second' where id = $1", id);
        await workspace.Owner.ScalarAsync<string>(Reveal, id);
        await workspace.Owner.ExecuteAsync("delete from public.environment_variables where id = $1", id);

        Assert.Equal("created, updated {value_encrypted}, revealed, deleted", await workspace.Admin.ScalarAsync<string>(
            "select string_agg(action || case when changed_columns = '{}' then '' else ' ' || changed_columns::text end, ', ' order by created_at) from public.environment_variable_changes where variable_id = $1", id));
        Assert.Equal(workspace.Admin.Id, await workspace.Owner.ScalarAsync<Guid>(
            "select changed_by from public.environment_variable_changes where variable_id = $1 and action = 'created'", id));
        Assert.Equal(0L, await workspace.Member.ScalarAsync<long>("select count(*) from public.environment_variable_changes"));
        foreach (var person in new[] { workspace.Owner, workspace.Service })
        {
            await person.RefusedAsync("42501", "delete from public.environment_variable_changes");
            await person.RefusedAsync("42501", "update public.environment_variable_changes set action = 'created'");
        }
    }

    [Fact]
    public async Task IC_24_A_variable_that_is_moved_leaves_a_trace_in_both_projects()
    {
        var workspace = await fixture.WorkspaceAsync();
        var target = await workspace.AddProjectAsync();
        var id = await workspace.Admin.ScalarAsync<Guid>(Set, workspace.Project, "A", "1", true);
        await workspace.Admin.ExecuteAsync("update public.environment_variables set project_id = $2 where id = $1", id, target);
        const string trail = "select string_agg(action, ', ' order by created_at) from public.environment_variable_changes where project_id = $1";
        Assert.Equal("created, deleted", await workspace.Admin.ScalarAsync<string>(trail, workspace.Project));
        Assert.Equal("created", await workspace.Admin.ScalarAsync<string>(trail, target));
    }

    [Fact]
    public async Task IC_24_Service_reads_the_whole_environment_in_clear_and_the_specific_wins()
    {
        var workspace = await fixture.WorkspaceAsync();
        await workspace.Admin.ScalarAsync<Guid>(Set, workspace.Project, "A", "production", true);
        const string all = "insert into public.environment_variables (project_id, key, value_encrypted, environment) values ($1, $2, $3, 'all')";
        await workspace.Admin.ExecuteAsync(all, workspace.Project, "A", "everywhere");
        await workspace.Admin.ExecuteAsync(all, workspace.Project, "B", "shared");

        const string environment = "select string_agg(key || '=' || value, ' ' order by key) from public.environment_of($1, $2)";
        Assert.Equal("A=production B=shared", await workspace.Service.ScalarAsync<string>(environment, workspace.Project, "production"));
        Assert.Equal("A=everywhere B=shared", await workspace.Service.ScalarAsync<string>(environment, workspace.Project, "staging"));
        await workspace.Owner.RefusedAsync("42501", environment, workspace.Project, "production");
    }

    [Fact]
    public async Task IC_24_A_project_goes_with_its_variables_and_their_trail()
    {
        var workspace = await fixture.WorkspaceAsync();
        await workspace.Admin.ScalarAsync<Guid>(Set, workspace.Project, "A", "1", true);
        await workspace.Operator.ExecuteAsync("delete from public.projects where id = $1", workspace.Project);
        Assert.Equal(0L, await workspace.Operator.ScalarAsync<long>(
            "select count(*) from public.environment_variable_changes where project_id = $1", workspace.Project));
    }
}
