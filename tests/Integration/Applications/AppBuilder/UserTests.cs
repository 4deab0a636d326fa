using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Applications.AppBuilder;

public sealed class UserTests(ApplicationFixture fixture) : IClassFixture<ApplicationFixture>
{
    private const string SetRole = "update app_builder.users set role = $2::app_builder.user_role where auth_id = $1";

    [Fact]
    public async Task C_01_An_account_has_its_profile_in_the_same_transaction_and_a_changed_address_follows()
    {
        var person = await fixture.SignUpAsync();
        Assert.Equal($"{person.Id:N}@example.com", await person.ScalarAsync<string>("select email from app_builder.users"));
        await fixture.AuthRoom.ExecuteAsync("update auth.users set email = $2 where id = $1", person.Id, $"new-{person.Id:N}@example.com");
        Assert.Equal($"new-{person.Id:N}@example.com", await person.ScalarAsync<string>("select email from app_builder.users"));
    }

    [Fact]
    public async Task C_01_A_deleted_account_takes_everything_of_its_own_along()
    {
        var person = await fixture.SignUpAsync();
        var project = await person.ScalarAsync<string>("insert into app_builder.projects (name, template) values ('Shop', 'ECOMMERCE') returning id");
        await person.ExecuteAsync("""select app_builder.start_generation($1, '{"BACKEND": "Orders"}')""", project);
        await person.ExecuteAsync("select app_builder.create_api_key('CI')");
        await fixture.AuthRoom.ExecuteAsync("delete from auth.users where id = $1", person.Id);
        Assert.Equal(0L, await fixture.Operator.ScalarAsync<long>("select (select count(*) from app_builder.projects where id = $1) + (select count(*) from app_builder.generations where project_id = $1)", project));
    }

    [Fact]
    public async Task C_01_Single_sign_on_accounts_that_share_an_address_both_sign_up()
    {
        var address = $"{Guid.NewGuid():N}@example.com";
        foreach (var id in new[] { Guid.NewGuid(), Guid.NewGuid() })
            await fixture.AuthRoom.ExecuteAsync("insert into auth.users (id, email, is_sso_user) values ($1, $2, true)", id, address);
        Assert.Equal(1L, await fixture.Operator.ScalarAsync<long>("select count(*) from app_builder.users where email = $1", address));
    }

    [Fact]
    public async Task AB_01_Users_see_themselves_and_admins_see_all()
    {
        var (user, admin, other) = (await fixture.SignUpAsync(), await fixture.SignUpAsync(), await fixture.SignUpAsync());
        await fixture.Service.ExecuteAsync(SetRole, admin.Id, "ADMIN");
        Assert.Equal(1L, await user.ScalarAsync<long>("select count(*) from app_builder.users"));
        Assert.Equal(3L, await admin.ScalarAsync<long>("select count(*) from app_builder.users where auth_id = any ($1)", new[] { user.Id, admin.Id, other.Id }));
        await other.ExecuteAsync("insert into app_builder.projects (name, template) values ('Seen', 'API')");
        Assert.Equal(0L, await user.ScalarAsync<long>("select count(*) from app_builder.projects"));
        Assert.True(await admin.ScalarAsync<bool>("select exists (select from app_builder.projects where name = 'Seen')"));
    }

    [Fact]
    public async Task AB_01_Only_a_super_admin_changes_roles()
    {
        var (user, admin, super) = (await fixture.SignUpAsync(), await fixture.SignUpAsync(), await fixture.SignUpAsync());
        await fixture.Service.ExecuteAsync(SetRole, admin.Id, "ADMIN");
        await fixture.Service.ExecuteAsync(SetRole, super.Id, "SUPER_ADMIN");

        Assert.Equal(0, await admin.ExecuteAsync(SetRole, user.Id, "ADMIN")); // RLS: no row of others
        Assert.Equal(0, await user.ExecuteAsync(SetRole, admin.Id, "USER"));
        Assert.Equal(1, await super.ExecuteAsync(SetRole, user.Id, "ADMIN"));
        Assert.Equal("ADMIN", await user.ScalarAsync<string>("select role::text from app_builder.users where auth_id = auth.uid()"));
    }

    [Theory]
    [InlineData("USER", "ADMIN")]
    [InlineData("ADMIN", "SUPER_ADMIN")]
    [InlineData("SUPER_ADMIN", "ADMIN")]
    public async Task AB_01_Nobody_changes_their_own_role(string from, string to)
    {
        var person = await fixture.SignUpAsync();
        await fixture.Service.ExecuteAsync(SetRole, person.Id, from);
        await person.RefusedAsync("PT403", SetRole, person.Id, to);
    }

    [Fact]
    public async Task AB_01_A_role_in_the_token_is_nothing()
    {
        var person = await fixture.SignUpAsync();
        await using var session = await fixture.Database.OpenAsync("authenticated",
            $$$"""{"sub": "{{{person.Id}}}", "role": "authenticated", "app_metadata": {"role": "SUPER_ADMIN"}, "user_role": "SUPER_ADMIN"}""");
        Assert.Equal(1L, await session.ScalarAsync<long>("select count(*) from app_builder.users"));
    }

    [Theory]
    [InlineData("subscription_tier = 'ENTERPRISE'")]
    [InlineData("subscription_status = 'active'")]
    [InlineData("stripe_customer_id = 'cus_1'")]
    [InlineData("email = 'x@example.com'")]
    [InlineData("last_login_at = now()")]
    public async Task AB_02_Tiers_are_set_by_billing_only(string change)
    {
        var person = await fixture.SignUpAsync();
        await person.RefusedAsync("42501", $"update app_builder.users set {change}");
        Assert.Equal(1, await fixture.Service.ExecuteAsync("update app_builder.users set subscription_tier = 'PRO' where auth_id = $1", person.Id));
        await fixture.Service.RefusedAsync("22P02", "update app_builder.users set subscription_tier = 'GOLD' where auth_id = $1", person.Id);
    }

    [Fact]
    public async Task AB_06_Last_login_follows_sign_in_and_ids_are_cuids()
    {
        var person = await fixture.SignUpAsync();
        Assert.True(await person.ScalarAsync<bool>("select last_login_at is null from app_builder.users"));
        await fixture.AuthRoom.ExecuteAsync("update auth.users set last_sign_in_at = '2026-02-03 04:05Z' where id = $1", person.Id);
        Assert.Equal(ApplicationFixture.Moment("2026-02-03 04:05"), await person.ScalarAsync<DateTime>("select last_login_at from app_builder.users"));
        Assert.Matches("^c[a-z0-9]{24}$", await person.ScalarAsync<string>("select id from app_builder.users"));
    }

    [Fact]
    public async Task C_02_Updated_at_moves_whatever_a_client_says()
    {
        var person = await fixture.SignUpAsync();
        Assert.True(await person.ScalarAsync<bool>("update app_builder.users set name = 'Ada', updated_at = '2000-01-01' returning updated_at > created_at"));
    }
}
