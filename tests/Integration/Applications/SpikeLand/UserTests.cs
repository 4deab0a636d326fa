using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Applications.SpikeLand;

public sealed class UserTests(ApplicationFixture fixture) : IClassFixture<ApplicationFixture>
{
    [Fact]
    public async Task SL_01_A_profile_has_a_cuid_made_in_the_database_and_follows_its_account()
    {
        var (person, id) = await fixture.LanderAsync();
        Assert.Matches("^c[a-z0-9]{24}$", id);
        Assert.Equal($"{person.Id:N}@example.com", await person.ScalarAsync<string>("select email from spike_land.users"));
        await fixture.AuthRoom.ExecuteAsync("update auth.users set email = $2, email_confirmed_at = now() where id = $1", person.Id, $"new-{person.Id:N}@example.com");
        Assert.Equal($"new-{person.Id:N}@example.com", await person.ScalarAsync<string>("select email from spike_land.users where email_verified is not null"));
    }

    [Fact]
    public async Task SL_01_An_account_without_an_address_has_a_profile_without_one()
    {
        var id = Guid.NewGuid();
        await fixture.AuthRoom.ExecuteAsync("insert into auth.users (id) values ($1)", id);
        Assert.True(await fixture.SeenAsync<bool>("select email is null from spike_land.users where auth_id = $1", id));
    }

    [Fact]
    public async Task SL_01_Accounts_sessions_and_tokens_mirror_the_platform_s_and_go_with_them()
    {
        var (person, id) = await fixture.LanderAsync();
        var session = Guid.NewGuid();
        await fixture.AuthRoom.ExecuteAsync("insert into auth.identities (provider_id, user_id, identity_data, provider) values ($1::text, $2, '{}', 'github')", session, person.Id);
        await fixture.AuthRoom.ExecuteAsync("insert into auth.sessions (id, user_id, created_at, updated_at) values ($1, $2, now(), now())", session, person.Id);
        await fixture.AuthRoom.ExecuteAsync("insert into auth.one_time_tokens (id, user_id, token_type, token_hash, relates_to) values ($1, $2, 'recovery_token', $3, 'ada@example.com')",
            session, person.Id, $"hash of {session}");

        Assert.Equal("oauth github", await person.ScalarAsync<string>("select type || ' ' || provider from spike_land.accounts"));
        Assert.Equal(1L, await person.ScalarAsync<long>("select count(*) from spike_land.sessions where expires > now() and session_token <> $1", session.ToString()));
        Assert.Equal("ada@example.com", await fixture.SeenAsync<string>("select identifier from spike_land.verification_tokens where token = $1", $"hash of {session}"));

        await fixture.AuthRoom.ExecuteAsync("delete from auth.sessions where id = $1", session);
        await fixture.AuthRoom.ExecuteAsync("delete from auth.identities where user_id = $1", person.Id);
        await fixture.AuthRoom.ExecuteAsync("delete from auth.one_time_tokens where id = $1", session);
        Assert.Equal(0L, await fixture.SeenAsync<long>(
            "select (select count(*) from spike_land.sessions where user_id = $1) + (select count(*) from spike_land.accounts where user_id = $1) + (select count(*) from spike_land.verification_tokens where identifier = 'ada@example.com')", id));
    }

    [Fact]
    public async Task SL_01_A_session_s_end_moves_with_its_refreshes()
    {
        var (person, _) = await fixture.LanderAsync();
        var session = Guid.NewGuid();
        await fixture.AuthRoom.ExecuteAsync("insert into auth.sessions (id, user_id, created_at, updated_at) values ($1, $2, '2030-01-01', '2030-01-01')", session, person.Id);
        const string expires = "select to_char(expires at time zone 'UTC', 'YYYY-MM-DD') from spike_land.sessions";
        Assert.Equal("2030-01-31", await person.ScalarAsync<string>(expires));
        await fixture.AuthRoom.ExecuteAsync("update auth.sessions set updated_at = '2030-01-05' where id = $1", session);
        Assert.Equal("2030-02-04", await person.ScalarAsync<string>(expires));
        await fixture.AuthRoom.ExecuteAsync("update auth.sessions set not_after = '2030-01-06' where id = $1", session);
        Assert.Equal("2030-01-06", await person.ScalarAsync<string>(expires));
    }

    [Theory]
    [InlineData("insert into spike_land.accounts (user_id, type, provider, provider_account_id) values ($1, 'oauth', 'github', 'me')")]
    [InlineData("insert into spike_land.sessions (user_id, session_token, expires) values ($1, 'mine', now())")]
    [InlineData("update spike_land.sessions set expires = 'infinity' where user_id = $1")]
    [InlineData("delete from spike_land.accounts where user_id = $1")]
    [InlineData("select * from spike_land.verification_tokens where identifier = $1")]
    [InlineData("update spike_land.users set role = 'ADMIN' where id = $1")]
    [InlineData("update spike_land.users set referral_count = 9 where id = $1")]
    public async Task SL_01_What_mirrors_the_account_is_no_client_s_to_write(string attempt)
    {
        var (person, id) = await fixture.LanderAsync();
        await person.RefusedAsync("42501", attempt, id);
    }

    [Fact]
    public async Task SL_01_Expired_sessions_and_tokens_are_cleaned_at_the_moment_given()
    {
        var (_, id) = await fixture.LanderAsync();
        await fixture.Operator.ExecuteAsync("insert into spike_land.sessions (user_id, session_token, expires) values ($1, $1, '2030-01-01'), ($1, $1 || 'b', '2031-01-01')", id);
        await fixture.Operator.ExecuteAsync("insert into spike_land.verification_tokens (identifier, token, expires) values ($1, $1, '2030-01-01')", id);
        await fixture.Service.ExecuteAsync("select hedgerow.run_upkeep('spike_land.delete-expired-sessions', '2030-06-01')");
        Assert.Equal("1 0", await fixture.SeenAsync<string>(
            "select (select count(*) from spike_land.sessions where user_id = $1) || ' ' || (select count(*) from spike_land.verification_tokens where identifier = $1)", id));
    }

    [Fact]
    public async Task SL_01_A_role_is_a_row_given_by_a_super_admin_and_written_down()
    {
        var (super, superId) = await fixture.LanderAsync(role: "SUPER_ADMIN");
        var (admin, _) = await fixture.LanderAsync(role: "ADMIN");
        var (user, userId) = await fixture.LanderAsync();
        const string give = "select spike_land.set_user_role($1, 'ADMIN')";
        await user.RefusedAsync("PT403", give, userId);
        await admin.RefusedAsync("PT403", give, userId);
        await super.RefusedAsync("PT403", "select spike_land.set_user_role($1, 'USER')", superId);
        Assert.False(await user.ScalarAsync<bool>("select exists (select from spike_land.audit_logs)"));

        await super.ExecuteAsync(give, userId);
        Assert.True(await user.ScalarAsync<bool>("select exists (select from spike_land.audit_logs where target_id = $1 and action = 'ROLE_CHANGE' and user_id = $2)", userId, superId));
    }

    [Fact]
    public async Task C_02_Updated_at_is_the_database_s()
    {
        var (person, _) = await fixture.LanderAsync();
        await person.ExecuteAsync("update spike_land.users set name = 'Ada', updated_at = '1999-01-01'");
        Assert.True(await person.ScalarAsync<bool>("select updated_at > now() - interval '1 minute' from spike_land.users"));
    }

    /// <summary>Everything a person can have, then nothing: no table mentions the id any more but where the row is somebody else's.</summary>
    [Fact]
    public async Task SL_23_A_deleted_person_leaves_no_orphan_in_any_table()
    {
        var (person, id) = await fixture.LanderAsync(tokens: 500, role: "ADMIN");
        var (friend, friendId) = await fixture.LanderAsync(tokens: 100);
        await friend.ExecuteAsync("select spike_land.use_referral_code($1)", await person.ScalarAsync<string>("select referral_code from spike_land.users where id = $1", id));
        var image = await fixture.ImageAsync(person, 3000);
        var second = await fixture.ImageAsync(person);
        var pipeline = await person.ScalarAsync<string>("insert into spike_land.enhancement_pipelines (name) values ('Mine') returning id");
        var job = await person.ScalarAsync<string>(
            "insert into spike_land.image_enhancement_jobs (image_id, pipeline_id, source_image_id, is_blend) values ($1, $2, $3, true) returning id", image, pipeline, second);
        await fixture.CompleteAsync(job!);
        await person.JobAsync(second); // still waits
        var album = await person.ScalarAsync<string>("insert into spike_land.albums (name, pipeline_id) values ('All', $1) returning id", pipeline);
        await person.ExecuteAsync("insert into spike_land.album_images (album_id, image_id) values ($1, $2)", album, image);
        await person.ExecuteAsync("update spike_land.albums set cover_image_id = $2, privacy = 'PUBLIC' where id = $1", album, image);
        await person.ExecuteAsync("insert into spike_land.featured_gallery_items (title, original_url, enhanced_url, source_image_id, source_job_id) values ('Best', 'a', 'b', $1, $2)", image, job);
        var app = await person.ScalarAsync<string>("insert into spike_land.apps (name) values ('Shop') returning id");
        await person.ExecuteAsync("insert into spike_land.requirements (app_id, description) values ($1, 'Pay')", app);
        await person.ExecuteAsync("update spike_land.apps set status = 'ACTIVE' where id = $1", app);
        var fork = await friend.ScalarAsync<string>("select id from spike_land.fork_app($1)", app);
        await person.ExecuteAsync("insert into spike_land.boxes (name, tier_id) select 'Box', id from spike_land.box_tiers where name = 'Standard'");
        await person.ExecuteAsync("select spike_land.create_api_key('CI')");
        await person.ExecuteAsync("insert into spike_land.mcp_generation_jobs (prompt) values ('A cat')");
        await person.ExecuteAsync("insert into spike_land.audio_mixer_projects (name) values ('Mix')");
        await person.ExecuteAsync("insert into spike_land.feedback (type, message, page) values ('IDEA', 'More', '/')");
        await person.ExecuteAsync("select spike_land.log_error('Boom')");
        await person.ExecuteAsync("insert into spike_land.tracked_urls (path) values ('/deleted')");
        await person.ExecuteAsync("insert into spike_land.vouchers (code, type, value) values ('DELETED-ADMIN', 'FIXED_TOKENS', 5)");
        await person.ExecuteAsync("select spike_land.redeem_voucher('deleted-admin')");
        await person.ExecuteAsync("select spike_land.link_visitor('a visitor of mine') from (select spike_land.start_visit('a visitor of mine', '/')) as v");
        await person.ExecuteAsync(
            "select spike_land.add_to_cart(p.id, $1, v.id) from spike_land.merch_products as p join spike_land.merch_variants as v on v.product_id = p.id where p.name = 'Fine art print' and v.name = '20x30cm'", image);
        await person.ExecuteAsync("select spike_land.checkout($1::jsonb)", SpikeLand.Address);
        await fixture.Service.ExecuteAsync("select spike_land.start_subscription($1, $1, 'price_plan_basic')", id);

        await fixture.AuthRoom.ExecuteAsync("delete from auth.users where id = $1", person.Id);

        var tables = (await fixture.SeenAsync<string[]>("select array_agg(relname::text) from pg_class where relnamespace = 'spike_land'::regnamespace and relkind = 'r'"))!;
        Assert.True(tables.Length >= 55);
        var mentions = new List<string>();
        foreach (var table in tables)
            if (await fixture.SeenAsync<long>($"select count(*) from spike_land.{table} as t where to_jsonb(t) - 'metadata' - 'target_id' @> any (array[jsonb_build_object('user_id', $1), jsonb_build_object('created_by', $1), jsonb_build_object('referrer_id', $1), jsonb_build_object('referred_by_id', $1), jsonb_build_object('id', $1)]::jsonb[])", id) > 0)
                mentions.Add(table);
        Assert.Empty(mentions);
        Assert.Equal("0", await fixture.SeenAsync<string>(
            "select string_agg(n::text, ' ') from (select count(*) as n from spike_land.requirements where app_id = $1) as r", app));
        Assert.True(await fixture.SeenAsync<bool>("select forked_from is null from spike_land.apps where id = $1", fork));
        Assert.Equal(0L, await fixture.SeenAsync<long>("select count(*) from spike_land.referrals where referee_id = $1", friendId));
        // The files go too, but not what is printed: the order went, so this one does.
        Assert.Equal(3L, await fixture.SeenAsync<long>("select count(*) from spike_land_private.object_removals where object_key like $1 || '/%'", id));
    }
}
