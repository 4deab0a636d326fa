using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Applications.AppForge;

public sealed class MarketplaceTests(ApplicationFixture fixture) : IClassFixture<ApplicationFixture>
{
    private const string Buy = "select id from appforge.purchase_template($1)";
    private const string BuyWith = "select id from appforge.purchase_template($1, $2)";
    private const string Complete = "select appforge.complete_purchase($1, 'ch_1')";
    private const string Amounts = "select concat_ws(' ', amount, platform_fee, creator_payout, payment_status) from appforge.marketplace_purchases where id = $1";

    [Fact]
    public async Task AF_01_Only_published_templates_are_public_and_only_the_creator_edits()
    {
        var (creator, stranger) = (await fixture.SignUpAsync(), await fixture.SignUpAsync());
        var template = await creator.ScalarAsync<string>("insert into appforge.templates (name, category, tags) values ('Blog starter', 'blog', '[\"markdown\"]') returning id");
        const string see = "select count(*) from appforge.templates where id = $1";
        Assert.Equal(0L, await stranger.ScalarAsync<long>(see, template));
        await creator.ExecuteAsync("select appforge.publish_template($1)", template);
        foreach (var reader in new[] { stranger, fixture.Anyone }) Assert.Equal(1L, await reader.ScalarAsync<long>(see, template));
        Assert.Equal(0, await stranger.ExecuteAsync("update appforge.templates set name = 'Mine' where id = $1", template));
        await stranger.RefusedAsync("PT404", "select appforge.publish_template($1)", template);
        Assert.Equal(template, await fixture.Anyone.ScalarAsync<string>(
            "select id from appforge.template_catalog where search_vector @@ to_tsquery('english', 'markdown & starter') and category = 'blog' and tags @> '[\"markdown\"]' and id = $1", template));
        await creator.ExecuteAsync("update appforge.templates set status = 'archived' where id = $1", template);
        Assert.Equal(0L, await fixture.Anyone.ScalarAsync<long>(see, template));
        await creator.RefusedAsync("PT409", "update appforge.templates set status = 'published' where id = $1", template);
    }

    [Fact]
    public async Task AF_01_The_version_moves_with_each_publication()
    {
        var creator = await fixture.SignUpAsync();
        var project = await creator.ScalarAsync<string>("""insert into appforge.projects (name, definition) values ('Source', '{"v": 1}') returning id""");
        var template = await creator.ScalarAsync<string>("insert into appforge.templates (name, source_project_id) values ('T', $1) returning id", project);
        Assert.Equal("1.0.0", await creator.ScalarAsync<string>("select version from appforge.publish_template($1)", template));
        await creator.ExecuteAsync("""update appforge.projects set definition = '{"v": 2}' where id = $1""", project);
        Assert.Equal("1.1.0", await creator.ScalarAsync<string>("select version from appforge.publish_template($1)", template));
        Assert.Equal("""{"v": 2}""", await creator.ScalarAsync<string>("select appforge.template_source($1)::text", template));
        await creator.RefusedAsync("42501", "update appforge.templates set version = '9' where id = $1", template);
        await creator.RefusedAsync("23514", "update appforge.templates set price = -1 where id = $1", template);
    }

    [Fact]
    public async Task AF_01_Publications_at_once_are_versions_one_after_the_other()
    {
        var (creator, template) = await TemplateAsync(0);
        Assert.Equal("1.2.0", await fixture.WhileAsync(creator, "select appforge.publish_template($1)", [template],
            () => creator.ScalarAsync<string>("select version from appforge.publish_template($1)", template)));
        Assert.Equal("1.0.0 1.1.0 1.2.0", await creator.ScalarAsync<string>(
            "select string_agg(version, ' ' order by created_at) from appforge.template_sources where template_id = $1", template));
    }

    [Theory]
    [InlineData("description", 50_000)]
    [InlineData("name", 200)]
    [InlineData("category", 100)]
    public async Task AF_01_A_text_that_the_search_could_not_hold_is_refused(string column, int longest)
    {
        var (creator, template) = await TemplateAsync(0);
        var change = $"update appforge.templates set {column} = $2 where id = $1";
        await creator.ExecuteAsync(change, template, new string('x', longest));
        var refusal = await creator.RefusedAsync("PT400", change, template, string.Concat(Enumerable.Range(0, 250_000).Select(n => $"{n} ")));
        Assert.Contains($"{column} of templates", refusal.MessageText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AF_01_A_template_is_made_only_of_a_project_that_its_creator_owns()
    {
        var world = await ForgeWorld.MakeAsync(fixture);
        await world.Stranger.RefusedAsync("42501", "insert into appforge.templates (name, source_project_id) values ('Stolen', $1)", world.Project);
        await world.Editor.RefusedAsync("42501", "insert into appforge.templates (name, source_project_id) values ('Borrowed', $1)", world.Project);
        await world.Owner.ExecuteAsync("insert into appforge.templates (name, source_project_id) values ('Own', $1)", world.Project);
    }

    [Theory]
    [InlineData(999, null, "999 300 699 pending")]
    [InlineData(1, null, "1 0 1 pending")]
    [InlineData(1000, 15, "850 255 595 pending")]
    [InlineData(333, 10, "300 90 210 pending")]
    [InlineData(999, 100, "0 0 0 completed")]
    [InlineData(int.MaxValue, null, "2147483647 644245094 1503238553 pending")]
    [InlineData(int.MaxValue, 1, "2126008811 637802643 1488206168 pending")]
    [InlineData(0, null, "0 0 0 completed")]
    public async Task AF_02_Amounts_are_exact_to_the_cent_and_what_is_free_completes_at_once(int price, int? discount, string expected)
    {
        var (creator, template) = await TemplateAsync(price);
        var buyer = await fixture.SignUpAsync();
        string? code = null;
        if (discount is { } percent)
        {
            code = $"CODE-{Guid.NewGuid():N}"[..20];
            await creator.ExecuteAsync("insert into appforge.referral_codes (code, discount_percentage) values ($1, $2)", code, percent);
        }
        Assert.Equal(expected, await buyer.ScalarAsync<string>(Amounts, await buyer.ScalarAsync<string>(BuyWith, template, code)));
    }

    [Fact]
    public async Task AF_02_Nobody_buys_their_own_or_the_same_twice()
    {
        var (creator, template) = await TemplateAsync(500);
        var buyer = await fixture.SignUpAsync();
        await creator.RefusedAsync("PT403", Buy, template);
        Assert.Equal(49, await ApplicationFixture.FiftyAsync("PT409", _ => buyer.ExecuteAsync(Buy, template)));
        var purchase = await buyer.ScalarAsync<string>("select id from appforge.marketplace_purchases");
        await fixture.Service.ExecuteAsync("select appforge.fail_purchase($1)", purchase);
        Assert.NotNull(await buyer.ScalarAsync<string>(Buy, template)); // what failed may be tried again
        await fixture.Service.RefusedAsync("PT409", Complete, purchase);
        await buyer.RefusedAsync("42501", Complete, purchase);
        await fixture.Anyone.RefusedAsync("42501", Buy, template);
        await buyer.RefusedAsync("42501", "update appforge.marketplace_purchases set payment_status = 'completed'");
    }

    [Fact]
    public async Task AF_03_A_completed_purchase_counts_pays_and_opens_the_source()
    {
        var (creator, template) = await TemplateAsync(1000);
        var buyer = await fixture.SignUpAsync();
        var purchase = await buyer.ScalarAsync<string>(Buy, template);
        await buyer.RefusedAsync("PT403", "select appforge.template_source($1)", template);
        Assert.Equal(0, await ApplicationFixture.FiftyAsync("none", _ => fixture.Service.ExecuteAsync(Complete, purchase))); // a webhook that is sent again and again
        Assert.Equal("""{"pages": 1}""", await buyer.ScalarAsync<string>("select appforge.template_source($1)::text", template));
        Assert.Equal(1, await buyer.ScalarAsync<int>("select downloads from appforge.templates where id = $1", template));
        Assert.Equal("700 pending", await creator.ScalarAsync<string>("select concat_ws(' ', amount, status) from appforge.commissions where purchase_id = $1", purchase));

        const string pay = "update appforge.commissions set status = $2::appforge.commission_status, payout_id = $3 where purchase_id = $1";
        await fixture.Service.RefusedAsync("PT409", pay, purchase, "paid", "po_1");
        await fixture.Service.RefusedAsync("23514", pay, purchase, "processed", null);
        await fixture.Service.ExecuteAsync(pay, purchase, "processed", "po_1");
        await fixture.Service.ExecuteAsync(pay, purchase, "paid", "po_1");
        Assert.True(await creator.ScalarAsync<bool>("select paid_at is not null from appforge.commissions"));
        Assert.Equal("paid 1 700", await creator.ScalarAsync<string>("select concat_ws(' ', status, sales, amount) from appforge.creator_earnings"));
        await creator.RefusedAsync("42501", "update appforge.commissions set amount = 1000000");
    }

    [Fact]
    public async Task AF_03_A_purchase_is_completed_by_one_charge()
    {
        var (_, template) = await TemplateAsync(1000);
        var buyer = await fixture.SignUpAsync();
        var purchase = await buyer.ScalarAsync<string>(Buy, template);
        const string other = "select appforge.complete_purchase($1, $2)";
        // Of two charges at once the second is the one that has to go back.
        Assert.Contains("ch_2", (await fixture.WhileAsync(fixture.Service, Complete, [purchase], () => fixture.Service.RefusedAsync("PT409", other, purchase, "ch_2"))).MessageText, StringComparison.Ordinal);
        await fixture.Service.RefusedAsync("PT409", other, purchase, null);
        await fixture.Service.ExecuteAsync(Complete, purchase);
        Assert.Equal("ch_1", await buyer.ScalarAsync<string>("select stripe_charge_id from appforge.marketplace_purchases where id = $1", purchase));
    }

    [Fact]
    public async Task C_05_AF_03_Fifty_purchases_at_once_are_counted_exactly()
    {
        var (creator, template) = await TemplateAsync(0);
        var buyers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => fixture.SignUpAsync()));
        Assert.Equal(0, await ApplicationFixture.FiftyAsync("none", n => buyers[n].ExecuteAsync(Buy, template)));
        Assert.Equal(50, await creator.ScalarAsync<int>("select downloads from appforge.templates where id = $1", template));
        await creator.RefusedAsync("42501", "update appforge.templates set downloads = 9999");
    }

    [Fact]
    public async Task AF_04_Ratings_are_by_buyers_and_the_average_is_exact_under_fifty_at_once()
    {
        var (creator, template) = await TemplateAsync(0);
        const string rate = "insert into appforge.template_ratings (template_id, rating) values ($1, $2)";
        const string average = "select concat_ws(' ', rating, review_count) from appforge.templates where id = $1";
        var buyers = await Task.WhenAll(Enumerable.Range(0, 50).Select(async _ =>
        {
            var buyer = await fixture.SignUpAsync();
            await buyer.ExecuteAsync(Buy, template);
            return buyer;
        }));
        await (await fixture.SignUpAsync()).RefusedAsync("42501", rate, template, 5);
        await creator.RefusedAsync("42501", rate, template, 5);
        await buyers[0].RefusedAsync("23514", rate, template, 6);
        Assert.Equal(0, await ApplicationFixture.FiftyAsync("none", n => buyers[n].ExecuteAsync(rate, template, 1 + n % 3)));
        Assert.Equal("1.98 50", await creator.ScalarAsync<string>(average, template)); // 17 of 1, 17 of 2, 16 of 3: 99 / 50
        await buyers[0].RefusedAsync("23505", rate, template, 5);
        await buyers[0].ExecuteAsync("update appforge.template_ratings set rating = 5 where template_id = $1 and user_id = $2", template, buyers[0].Id.ToString());
        Assert.Equal("2.06 50", await creator.ScalarAsync<string>(average, template));
        await buyers[0].ExecuteAsync("delete from appforge.template_ratings where template_id = $1 and user_id = $2", template, buyers[0].Id.ToString());
        Assert.Equal("2.00 49", await creator.ScalarAsync<string>(average, template));
        Assert.Equal(0, await buyers[1].ExecuteAsync("update appforge.template_ratings set rating = 5 where template_id = $1 and user_id = $2", template, buyers[2].Id.ToString()));
        await buyers[1].RefusedAsync("42501", "update appforge.template_ratings set helpful_count = 5");
    }

    [Fact]
    public async Task AF_04_One_helpful_vote_a_person()
    {
        var (_, template) = await TemplateAsync(0);
        var buyer = await fixture.SignUpAsync();
        await buyer.ExecuteAsync(Buy, template);
        var rating = await buyer.ScalarAsync<string>("insert into appforge.template_ratings (template_id, rating, review) values ($1, 4, 'Good') returning id", template);
        const string vote = "insert into appforge.rating_votes (rating_id) values ($1)";
        await buyer.RefusedAsync("42501", vote, rating); // one's own
        var people = await Task.WhenAll(Enumerable.Range(0, 25).Select(_ => fixture.SignUpAsync()));
        Assert.Equal(25, await ApplicationFixture.FiftyAsync("23505", n => people[n % 25].ExecuteAsync(vote, rating)));
        Assert.Equal(25, await fixture.Anyone.ScalarAsync<int>("select helpful_count from appforge.template_ratings where id = $1", rating));
    }

    [Fact]
    public async Task AF_05_A_code_is_used_as_often_as_it_may_under_fifty_at_once()
    {
        var (creator, template) = await TemplateAsync(1000);
        var code = $"Spring-{Guid.NewGuid():N}"[..20];
        await creator.ExecuteAsync("insert into appforge.referral_codes (code, discount_percentage, max_uses) values ($1, 20, 7)", code);
        await creator.RefusedAsync("23505", "insert into appforge.referral_codes (code, discount_percentage) values ($1, 20)", code.ToUpperInvariant());
        var buyers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => fixture.SignUpAsync()));
        Assert.Equal(43, await ApplicationFixture.FiftyAsync("PT409", n => buyers[n].ExecuteAsync(BuyWith, template, n % 2 == 0 ? code.ToUpperInvariant() : code)));
        Assert.Equal(7, await creator.ScalarAsync<int>("select current_uses from appforge.referral_codes where code = $1", code));

        // A payment that fails gives its use back, once.
        var purchase = await fixture.Operator.ScalarAsync<string>("select id from appforge.marketplace_purchases where template_id = $1 limit 1", template);
        await fixture.Service.ExecuteAsync("select appforge.fail_purchase($1)", purchase);
        Assert.Equal(6, await creator.ScalarAsync<int>("select current_uses from appforge.referral_codes where code = $1", code));
        await creator.RefusedAsync("42501", "update appforge.referral_codes set current_uses = 0");
    }

    [Theory]
    [InlineData("is_active = false")]
    [InlineData("expires_at = now() - interval '1 second'")]
    public async Task AF_05_A_code_that_has_ended_holds_no_more(string end)
    {
        var (creator, template) = await TemplateAsync(1000);
        var code = $"End-{Guid.NewGuid():N}"[..20];
        await creator.ExecuteAsync("insert into appforge.referral_codes (code, discount_percentage) values ($1, 20)", code);
        await creator.ExecuteAsync($"update appforge.referral_codes set {end} where code = $1", code);
        var buyer = await fixture.SignUpAsync();
        await buyer.RefusedAsync("PT409", BuyWith, template, code);
        await buyer.RefusedAsync("PT409", BuyWith, template, "no-such-code");
        Assert.Equal(0L, await buyer.ScalarAsync<long>("select (select count(*) from appforge.marketplace_purchases) + (select count(*) from appforge.referral_codes)"));
        await creator.RefusedAsync("23514", "insert into appforge.referral_codes (code, discount_percentage) values ('zero', 0)");
    }

    [Fact]
    public async Task C_01_An_account_that_stands_in_a_purchase_leaves_a_row_without_name_and_any_other_goes()
    {
        var (creator, template) = await TemplateAsync(1000);
        var (buyer, other) = (await fixture.SignUpAsync(), await fixture.SignUpAsync());
        var purchase = await buyer.ScalarAsync<string>(Buy, template);
        await fixture.Service.ExecuteAsync(Complete, purchase);
        foreach (var person in new[] { creator, other }) await fixture.AuthRoom.ExecuteAsync("delete from auth.users where id = $1", person.Id);
        Assert.Equal(0L, await fixture.Operator.ScalarAsync<long>("select count(*) from appforge.users where id = $1", other.Id.ToString()));
        Assert.True(await fixture.Operator.ScalarAsync<bool>("select email is null and name is null from appforge.users where id = $1", creator.Id.ToString()));
        Assert.Equal("""{"pages": 1}""", await buyer.ScalarAsync<string>("select appforge.template_source($1)::text", template));
        // The token that the person still holds opens nothing.
        Assert.Equal(0L, await creator.ScalarAsync<long>("select (select count(*) from appforge.commissions) + (select count(*) from appforge.users)"));
    }

    private async Task<(Person Creator, string Template)> TemplateAsync(int price)
    {
        var creator = await fixture.SignUpAsync();
        var project = await creator.ScalarAsync<string>("""insert into appforge.projects (name, definition) values ('Source', '{"pages": 1}') returning id""");
        var template = await creator.ScalarAsync<string>("insert into appforge.templates (name, price, source_project_id) values ('Template', $1, $2) returning id", price, project);
        await creator.ExecuteAsync("select appforge.publish_template($1)", template);
        return (creator, template!);
    }
}
