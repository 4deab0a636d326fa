namespace Hedgerow.Tests.Integration.ICreateTechs;

public sealed class PlanTests(ICreateTechsFixture fixture) : IClassFixture<ICreateTechsFixture>
{
    [Fact]
    public async Task IC_08_Anyone_reads_active_plans_and_nobody_but_service_the_others()
    {
        var workspace = await fixture.WorkspaceAsync();
        await workspace.Service.ExecuteAsync(
            "insert into public.subscription_plans (name, slug, price_monthly, price_yearly, is_active) values ('Old', 'old', 0, 0, false)");

        foreach (var person in new[] { workspace.Anyone, workspace.Stranger, workspace.Owner })
        {
            Assert.Equal(1L, await person.ScalarAsync<long>("select count(*) from public.subscription_plans where slug = 'free'"));
            Assert.Equal(0L, await person.ScalarAsync<long>("select count(*) from public.subscription_plans where slug = 'old'"));
            await person.RefusedAsync("42501", "update public.subscription_plans set price_monthly = 0");
        }

        Assert.Equal(1L, await workspace.Service.ScalarAsync<long>("select count(*) from public.subscription_plans where slug = 'old'"));
    }

    [Theory]
    [InlineData("price_monthly = -1")]
    [InlineData("limits = '{\"projects\": -1}'")]
    [InlineData("limits = '{\"projects\": \"ten\"}'")]
    [InlineData("limits = '[]'")]
    public async Task IC_08_A_plan_with_a_negative_price_or_a_limit_that_is_no_number_is_refused(string change)
    {
        var workspace = await fixture.WorkspaceAsync();
        await workspace.Service.RefusedAsync("23514", $"update public.subscription_plans set {change} where slug = 'pro'");
    }

    [Fact]
    public async Task IC_08_The_free_plan_cannot_be_deleted_or_renamed_away()
    {
        var workspace = await fixture.WorkspaceAsync();
        await workspace.Service.RefusedAsync("PT409", "delete from public.subscription_plans where slug = 'free'");
        await workspace.Service.RefusedAsync("PT409", "update public.subscription_plans set slug = 'gratis' where slug = 'free'");
    }

    [Fact]
    public async Task IC_08_Customers_subscriptions_and_invoices_are_read_by_their_user_alone_and_written_by_service_alone()
    {
        var workspace = await fixture.WorkspaceAsync();
        await workspace.SubscribeAsync(workspace.Owner, "{}");
        await workspace.Service.ExecuteAsync(
            "insert into public.invoices (customer_id, stripe_invoice_id, amount_due, status) select id, 'in_' || id, 2000, 'open' from public.customers where user_id = $1",
            workspace.Owner.Id);

        foreach (var table in new[] { "customers", "subscriptions", "invoices" })
        {
            Assert.Equal(1L, await workspace.Owner.ScalarAsync<long>($"select count(*) from public.{table}"));
            Assert.Equal(0L, await workspace.Admin.ScalarAsync<long>($"select count(*) from public.{table}"));
            Assert.Equal(0L, await workspace.Stranger.ScalarAsync<long>($"select count(*) from public.{table}"));
            await workspace.Owner.RefusedAsync("42501", $"delete from public.{table}");
            await workspace.Anyone.RefusedAsync("42501", $"select * from public.{table}");
        }
    }

    [Fact]
    public async Task IC_08_A_canceled_subscription_and_a_paid_invoice_are_final()
    {
        var workspace = await fixture.WorkspaceAsync();
        await workspace.SubscribeAsync(workspace.Owner, "{}");
        const string own = "where customer_id = (select id from public.customers where user_id = $1)";
        await workspace.Service.ExecuteAsync(
            "insert into public.invoices (customer_id, stripe_invoice_id, amount_due, status) select id, 'in_' || id, 2000, 'draft' from public.customers where user_id = $1",
            workspace.Owner.Id);

        await workspace.Service.ExecuteAsync($"update public.subscriptions set status = 'canceled' {own}", workspace.Owner.Id);
        var error = await workspace.Service.RefusedAsync("PT409", $"update public.subscriptions set status = 'active' {own}", workspace.Owner.Id);
        Assert.Contains("from \"canceled\" to \"active\"", error.MessageText, StringComparison.Ordinal);

        await workspace.Service.ExecuteAsync($"update public.invoices set status = 'paid' {own}", workspace.Owner.Id);
        await workspace.Service.RefusedAsync("PT409", $"update public.invoices set status = 'open' {own}", workspace.Owner.Id);
    }

    [Fact]
    public async Task IC_08_A_negative_amount_is_refused()
    {
        var workspace = await fixture.WorkspaceAsync();
        await workspace.SubscribeAsync(workspace.Owner, "{}");
        await workspace.Service.RefusedAsync("23514",
            "insert into public.invoices (customer_id, stripe_invoice_id, amount_due, status) select id, 'in_minus', -1, 'open' from public.customers where user_id = $1",
            workspace.Owner.Id);
    }
}
