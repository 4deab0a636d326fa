using Hedgerow.Cli;
using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Cli;

/// <summary><c>hedgerow db seed</c> where all applications are installed: each that has a script in <c>sql/seeds</c> is filled.</summary>
public sealed class ApplicationSeedTests : IAsyncLifetime
{
    private static readonly string[] s_apps =
        [.. Directory.GetFiles(Path.Combine(Checkout.Root, "sql", "seeds"), "*.sql").Select(script => Path.GetFileNameWithoutExtension(script))];

    private TestDatabase _database = null!;

    public async Task InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync();
        await _database.ExecuteAsync("insert into hedgerow.encryption_keys (public_key) values ($1)", TestKey.Public);
        await SeededDatabase.SeedAsync(_database);
    }

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task Every_table_of_every_application_has_rows_that_its_rules_allow()
    {
        Assert.Contains("spike_land", s_apps);
        var empty = new List<string>();
        foreach (var app in s_apps)
        {
            var tables = (await _database.ScalarAsync<string[]>(
                "select array_agg(c.oid::regclass::text) from pg_class as c where c.relnamespace = to_regnamespace($1) and c.relkind in ('r', 'p') and not c.relispartition", app))!;
            foreach (var table in tables)
                if (!await _database.ScalarAsync<bool>($"select exists (select from {table})")) empty.Add(table);
        }

        Assert.Empty(empty);

        // Templates are rated as their ratings say, and a day's AI cost what its generations did.
        Assert.Equal(0, await _database.ScalarAsync<long>(
            """
            select count(*) from appforge.templates as t
            left join (select template_id, round(avg(rating), 2) as rating, count(*) as reviews from appforge.template_ratings group by 1) as r on r.template_id = t.id
            where t.rating is distinct from r.rating or t.review_count <> coalesce(r.reviews, 0)
              or t.downloads <> (select count(*) from appforge.marketplace_purchases as p where p.template_id = t.id and p.payment_status = 'completed')
            """));
        Assert.Equal(0, await _database.ScalarAsync<long>(
            """
            select count(*) from web_builder.ai_cost_tracking as t
            where t.total_cost <> (select sum(g.cost) from web_builder.ai_generations as g where g.user_id = t.user_id and (g.created_at at time zone 'UTC')::date = t.date)
            """));

        // The ledger of Spike Land adds up, and so do its orders: by the same rules as in life.
        Assert.Equal(0, await _database.ScalarAsync<long>(
            """
            select count(*) from spike_land.user_token_balances as b
            where b.balance <> coalesce((select sum(t.amount) from spike_land.token_transactions as t where t.user_id = b.user_id), 0)
            """));
        Assert.Equal(0, await _database.ScalarAsync<long>(
            "select count(*) from spike_land.merch_orders as o where o.subtotal <> (select sum(i.total_price) from spike_land.merch_order_items as i where i.order_id = o.id)"));
    }
}
