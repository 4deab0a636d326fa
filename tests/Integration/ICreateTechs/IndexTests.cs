using Hedgerow.Tests.Integration.Support;
namespace Hedgerow.Tests.Integration.ICreateTechs;

/// <summary>The seed's composite and GIN indexes, held against the plans of the queries they are named for.</summary>
public sealed class IndexTests(ICreateTechsFixture fixture) : IClassFixture<ICreateTechsFixture>, IAsyncLifetime
{
    private const string Somebody = "(select id from public.users limit 1)";
    private const string SomeProject = "(select id from public.projects limit 1)";

    private readonly Person @operator = new(fixture.Database, "postgres");

    public async Task InitializeAsync()
    {
        if (await @operator.ScalarAsync<bool>("select exists (select from public.ai_jobs)"))
        {
            return;
        }

        // Enough rows, wide enough, and few enough that match, for an index to be worth its while.
        await @operator.ExecuteAsync(
            "update public.subscription_plans set limits = '{}' where slug = 'free'");
        await @operator.ExecuteAsync(
            """
            insert into auth.users (id, email) select gen_random_uuid(), 'user' || n || '@example.com' from generate_series(1, 2000) as n
            """);
        await @operator.ExecuteAsync(
            """update public.users set preferences = jsonb_build_object('theme', 'theme-' || left(email, 8), 'notes', (select string_agg(md5(email || n), '') from generate_series(1, 30) as n))""");
        await @operator.ExecuteAsync(
            """
            insert into public.workspaces (name, slug, owner_id) select 'W', 'w-' || row_number() over (), id from public.users
            """);
        await @operator.ExecuteAsync(
            """
            insert into public.projects (workspace_id, name, slug, settings)
            select id, 'P', 'p', jsonb_build_object('framework', 'framework-' || slug, 'notes', (select string_agg(md5(slug || n), '') from generate_series(1, 30) as n))
            from public.workspaces
            """);
        await @operator.ExecuteAsync(
            """
            insert into public.conversations (project_id, user_id, title)
            select p.id, w.owner_id, 'C' from public.projects as p join public.workspaces as w on w.id = p.workspace_id
            """);
        await @operator.ExecuteAsync(
            """
            insert into public.messages (conversation_id, role, content, created_at)
            select c.id, 'user', 'hello', now() - n * interval '1 minute' from public.conversations as c, generate_series(1, 10) as n
            """);
        await @operator.ExecuteAsync(
            """
            insert into public.files (project_id, path, name, type, content)
            select p.id, 'f' || n || '.txt', 'f' || n || '.txt', 'file', 'x' from public.projects as p, generate_series(1, 5) as n
            """);
        await @operator.ExecuteAsync(
            """
            insert into public.usage_records (user_id, resource_type, amount, unit, recorded_at)
            select u.id, 'api_calls', 1, 'calls', now() - n * interval '1 hour' from public.users as u, generate_series(1, 10) as n
            """);
        await @operator.ExecuteAsync(
            """
            insert into public.ai_jobs (user_id, job_type, input, status, created_at)
            select u.id, 'chat', '{}', case when n = 1 and u.email like '%00@%' then 'running' else 'failed' end, now() - n * interval '1 hour'
            from public.users as u, generate_series(1, 5) as n
            """);
        await @operator.ExecuteAsync(
            """
            insert into public.deployments (project_id, environment, status, created_at)
            select p.id, (array['development', 'staging', 'production'])[1 + n % 3], 'success', now() - n * interval '1 hour'
            from public.projects as p, generate_series(1, 9) as n
            """);
        await @operator.ExecuteAsync(
            """
            insert into public.analytics_events (event_name, event_category, properties)
            select 'e', 'c', jsonb_build_object('button', 'b' || n, 'notes', (select string_agg(md5(n || ' ' || m), '') from generate_series(1, 30) as m))
            from generate_series(1, 5000) as n
            """);
        await @operator.ExecuteAsync(
            "analyze public.users, public.projects, public.messages, public.files, public.usage_records, public.ai_jobs, public.deployments, public.analytics_events");
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [InlineData("idx_messages_conversation_created",
        "select * from public.messages where conversation_id = (select id from public.conversations limit 1) order by created_at desc limit 20")]
    [InlineData("idx_files_project_path", $"select * from public.files where project_id = {SomeProject} and path = 'f3.txt'")]
    [InlineData("idx_usage_records_user_date",
        $"select * from public.usage_records where user_id = {Somebody} and recorded_at > now() - interval '1 day' order by recorded_at desc")]
    [InlineData("idx_usage_records_billed",
        $"select sum(amount) from public.usage_records where billed_to = {Somebody} and resource_type = 'api_calls' and recorded_at >= now() - interval '1 day'")]
    [InlineData("idx_ai_jobs_status_created", "select * from public.ai_jobs where status = 'failed' order by created_at desc limit 20")]
    [InlineData("idx_deployments_project_env",
        $"select * from public.deployments where project_id = {SomeProject} and environment = 'production' order by created_at desc limit 1")]
    [InlineData("idx_projects_settings", """select * from public.projects where settings @> '{"framework": "framework-w-77"}'""")]
    [InlineData("idx_users_preferences", """select * from public.users where preferences @> '{"theme": "theme-user1234"}'""")]
    [InlineData("idx_analytics_events_properties", """select * from public.analytics_events where properties @> '{"button": "b77"}'""")]
    public async Task IC_26_The_index_serves_the_query_it_is_named_for(string index, string query)
    {
        var plan = await @operator.ScalarAsync<string>($"explain (format json) {query}");

        // A partition's index has a name of its own, and a second index may lead with the same columns the other way
        // round: what counts is that the plan reads an index of this table over these columns in this order.
        Assert.True(await @operator.ScalarAsync<bool>(
            """
            with used as (
              select (jsonb_path_query($1::jsonb, 'strict $.**."Index Name"') #>> '{}') as name),
            shape as (
              select x.indexrelid, coalesce(pg_partition_root(x.indrelid), x.indrelid) as root, c.relname,
                replace(substring(pg_get_indexdef(x.indexrelid) from 'USING (.*)'), ' DESC', '') as columns
              from pg_index as x join pg_class as c on c.oid = x.indexrelid)
            select exists (
              select from used join shape as s on s.relname = used.name
              join shape as wanted on wanted.relname = $2 and wanted.root = s.root and wanted.columns = s.columns)
            """, plan, index), plan);
    }
}
