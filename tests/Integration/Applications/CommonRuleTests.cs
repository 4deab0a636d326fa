using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Applications;

/// <summary>What holds in every application alike (C-04, C-06): asked of the catalogue, so that a new table is held to it too.</summary>
public sealed class CommonRuleTests(ApplicationFixture fixture) : IClassFixture<ApplicationFixture>
{
    private const string Schemas = "('public', 'appforge', 'app_builder', 'spike_land', 'web_builder')";

    [Fact]
    public async Task C_04_Every_column_that_a_seed_calls_encrypted_is_encrypted_before_it_is_stored() =>
        Assert.Equal(
            [
                "api_integrations.api_key_encrypted", "appforge.encrypted_secrets.secret_value", "appforge.integration_configs.config_data",
                "appforge.integration_configs.webhook_secret", "environment_variables.value_encrypted", "oauth_connections.access_token",
                "oauth_connections.refresh_token", "spike_land.marketing_accounts.access_token", "spike_land.marketing_accounts.refresh_token",
                "web_builder.platform_integrations.encrypted_credentials",
            ],
            (await fixture.Operator.ScalarAsync<string[]>(
                """
                select array_agg(t.tgrelid::regclass || '.' || a order by t.tgrelid::regclass::text || '.' || a)
                from pg_trigger as t cross join lateral unnest(string_to_array(rtrim(encode(t.tgargs, 'escape'), '\0'), '\000')) as a
                where t.tgfoid = 'hedgerow.encrypt_columns'::regproc and t.tgtype & 7 = 7 and t.tgenabled = 'O' and a <> ''
                """))!);

    [Fact]
    public async Task C_04_No_client_decrypts_what_it_may_read_as_cipher_text()
    {
        // With spaces, which no base64 holds by chance.
        var secret = await fixture.Operator.ScalarAsync<string>("select hedgerow.encrypt('a cup of tea')::text");
        Assert.DoesNotContain("a cup of tea", secret, StringComparison.Ordinal);
        Assert.Equal("a cup of tea", await fixture.Service.ScalarAsync<string>("select hedgerow.decrypt($1)", secret));
        foreach (var client in new[] { fixture.Anyone, await fixture.SignUpAsync() })
            await client.RefusedAsync("42501", "select hedgerow.decrypt($1)", secret);
    }

    // An index's row holds 2,704 bytes: a longer text would be an error of the server's, not the client's. Enums, keys of other tables and lists of values
    // are short by themselves.
    [Fact]
    public async Task C_07_Every_text_that_a_client_writes_into_an_index_is_bounded() => Assert.Null(await fixture.Operator.ScalarAsync<string>(
        $"""
        select string_agg(distinct c.oid::regclass || '.' || a.attname, ', ')
        from pg_index as i
        join pg_class as c on c.oid = i.indrelid and not c.relispartition and c.relnamespace::regnamespace::text in {Schemas}
        join pg_attribute as a on a.attrelid = c.oid and a.attnum = any (i.indkey)
        where (a.atttypid = 'text'::regtype or a.atttypid = 'varchar'::regtype and a.atttypmod > 604 or a.atttypid = 'text[]'::regtype)
          and exists (
            select from information_schema.column_privileges as p
            where p.grantee in ('anon', 'authenticated') and p.privilege_type in ('INSERT', 'UPDATE')
              and (p.table_schema, p.table_name, p.column_name) = (c.relnamespace::regnamespace::text, c.relname, a.attname))
          and not exists (
            select from pg_constraint as k where k.conrelid = c.oid and a.attnum = any (k.conkey)
              and (k.contype = 'f' or pg_get_constraintdef(k.oid) ~ '(char|octet)_length\(|= ANY|[0-9],[0-9]'))
          and not exists (
            select from pg_trigger as t where t.tgrelid = c.oid and t.tgfoid = 'hedgerow.refuse_long_texts'::regproc
              and encode(t.tgargs, 'escape') ~ ('(^|\\000)' || a.attname || '\\000'))
        """));

    /// <summary>Told by others (Stripe, a mail or print provider, a git host), written once, or moved by functions alone.</summary>
    private static readonly string[] WithoutLifecycle =
    [
        "app_builder.users.subscription_status", "code_executions.status", "git_repositories.sync_status", "spike_land.email_logs.status",
        "spike_land.merch_order_items.pod_status", "spike_land.merch_orders.stripe_payment_status", "web_builder.users.subscription_status",
        "workspace_invitations.status",
    ];

    [Fact]
    public async Task C_06_Every_status_has_its_lifecycle() => Assert.Equal(
        WithoutLifecycle,
        (await fixture.Operator.ScalarAsync<string[]>(
            $"""
            select array_agg(c.oid::regclass || '.' || a.attname order by c.oid::regclass::text || '.' || a.attname)
            from pg_class as c join pg_attribute as a on a.attrelid = c.oid and a.attname ~ 'status$' and a.atttypid <> 'int'::regtype and not a.attisdropped
            where c.relnamespace::regnamespace::text in {Schemas} and c.relkind in ('r', 'p') and not c.relispartition
              and not exists (
                select from pg_trigger as t cross join lateral string_to_array(encode(t.tgargs, 'escape'), '\000') as args
                where t.tgrelid = c.oid and t.tgfoid = 'hedgerow.keep_lifecycle'::regproc and t.tgenabled = 'O' and t.tgtype & 19 = 19
                  and case when args[2] like '%>%' then 'status' else args[2] end = a.attname)
            """))!);

    [Fact]
    public async Task C_06_A_move_that_a_lifecycle_does_not_name_is_refused_with_both_states_and_the_others_are_not()
    {
        await using var session = await fixture.Database.OpenAdminAsync();
        await using var play = new Npgsql.NpgsqlCommand(
            """
            create function pg_temp.play() returns text[] language plpgsql as $$
            declare
              kept record; args text[]; was text; becomes text; wrong text[] := '{}'; refused text; states text[];
            begin
              for kept in
                select t.tgrelid::regclass as relation, string_to_array(encode(t.tgargs, 'escape'), '\000') as args
                from pg_trigger as t where t.tgfoid = 'hedgerow.keep_lifecycle'::regproc and t.tgparentid = 0
              loop
                args := array_remove(kept.args, '');
                execute format('create temp table played as select id::text as id, %I as status from %s with no data',
                  case when args[2] like '%>%' then 'status' else args[2] end, kept.relation);
                execute format('create trigger keep before update on played for each row execute function hedgerow.keep_lifecycle(%s)',
                  (select string_agg(quote_literal(a), ', ' order by n) from unnest(args) with ordinality as x (a, n) where n = 1 or a like '%>%'));
                select array_agg(distinct s) into states from unnest(args) as m cross join lateral unnest(string_to_array(m, '>')) as s where m like '%>%';
                foreach was in array states loop
                  foreach becomes in array states loop
                    delete from played;
                    execute format('insert into played values (''it'', %L)', was);
                    refused := null;
                    begin
                      execute format('update played set status = %L', becomes);
                    exception when sqlstate 'PT409' then
                      refused := sqlerrm;
                    end;
                    if (was = becomes or was || '>' || becomes = any (args)) <> (refused is null)
                       or refused not like '%"' || was || '"%"' || becomes || '"%' then
                      wrong := wrong || format('%s: %s to %s: %s', kept.relation, was, becomes, coalesce(refused, 'let through'));
                    end if;
                  end loop;
                end loop;
                drop table played;
              end loop;
              return wrong;
            end $$;
            select pg_temp.play();
            """, session);
        Assert.Empty((string[])(await play.ExecuteScalarAsync())!);
    }
}
