using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Applications.SpikeLand;

public sealed class MerchTests(ApplicationFixture fixture) : IClassFixture<ApplicationFixture>
{
    private const string AddPrint =
        "select spike_land.add_to_cart(p.id, $1, v.id, $2) from spike_land.merch_products as p join spike_land.merch_variants as v on v.product_id = p.id where p.name = 'Fine art print' and v.name = '30x40cm'";
    private const string Checkout = "select id from spike_land.checkout($1::jsonb)";
    private const string Move = "update spike_land.merch_orders set status = $2::spike_land.merch_order_status where id = $1";

    [Fact]
    public async Task SL_17_The_catalogue_is_public_while_it_is_active_and_written_by_admins()
    {
        var (admin, _) = await fixture.LanderAsync(role: "ADMIN");
        var (person, _) = await fixture.LanderAsync();
        const string products = "select count(*) from spike_land.merch_products where provider_sku = $1";
        var sku = Guid.NewGuid().ToString();
        const string add = "insert into spike_land.merch_products (name, category_id, provider, provider_sku, base_price, retail_price) select 'Cushion', id, 'PRINTFUL', $1, 8, $2::numeric from spike_land.merch_categories where slug = 'homeware'";
        await person.RefusedAsync("42501", add, sku, "19.99");
        await admin.ExecuteAsync(add, sku, "19.99");
        await admin.RefusedAsync("23514", add, sku, "-1");
        Assert.Equal(1L, await fixture.Anyone.ScalarAsync<long>(products, sku));
        await admin.ExecuteAsync("update spike_land.merch_products set is_active = false where provider_sku = $1", sku);
        Assert.Equal((0L, 0L, 1L), (await fixture.Anyone.ScalarAsync<long>(products, sku), await person.ScalarAsync<long>(products, sku), await admin.ScalarAsync<long>(products, sku)));
        const string variant = "insert into spike_land.merch_variants (product_id, name, provider_sku, price_delta) select id, 'Tiny', 'T', $2 from spike_land.merch_products where provider_sku = $1";
        await admin.RefusedAsync("PT400", variant, sku, -19.99m);
        await admin.ExecuteAsync(variant, sku, -10m);
        // Nor does a product become so cheap that a variant of it costs nothing.
        await admin.RefusedAsync("PT400", "update spike_land.merch_products set retail_price = 10 where provider_sku = $1", sku);
    }

    [Fact]
    public async Task SL_17_Fifty_additions_at_once_are_one_cart_one_line_and_fifty_prints()
    {
        var (person, _) = await fixture.LanderAsync();
        var image = await fixture.ImageAsync(person, 3000);
        await ApplicationFixture.FiftyAsync("none", _ => person.ExecuteAsync(AddPrint, image, 1));
        Assert.Equal("1 1 50 999.50", await person.ScalarAsync<string>(
            "select concat_ws(' ', (select count(*) from spike_land.merch_carts), lines, items, subtotal) from spike_land.cart_totals"));
        await person.RefusedAsync("23514", AddPrint, image, 51); // a hundred of a kind at most
    }

    [Fact]
    public async Task SL_17_A_cart_takes_what_is_for_sale_with_one_s_own_image_that_is_large_enough()
    {
        var (person, _) = await fixture.LanderAsync(tokens: 10);
        var (other, _) = await fixture.LanderAsync();
        await person.RefusedAsync("PT404", AddPrint, await fixture.ImageAsync(other, 3000, isPublic: true), 1);
        var small = await fixture.ImageAsync(person, 800);
        var refusal = await person.RefusedAsync("PT409", AddPrint, small, 1);
        Assert.Contains("800 x 800", refusal.MessageText, StringComparison.Ordinal);
        await fixture.CompleteAsync(await person.JobAsync(small, "TIER_4K"));
        await person.ExecuteAsync(AddPrint, small, 1);

        // The table is as strict as the function.
        const string insert = "insert into spike_land.merch_cart_items (cart_id, product_id, variant_id, image_id) select $1, p.id, $2, $3 from spike_land.merch_products as p where p.name = 'Mug'";
        var cart = await person.ScalarAsync<string>("select id from spike_land.merch_carts");
        await other.RefusedAsync("42501", insert, cart, null, await fixture.ImageAsync(other, 3000));
        await person.RefusedAsync("42501", insert, cart, null, await fixture.ImageAsync(other, 300)); // nor is one told how large it is
        var foreignVariant = await fixture.Anyone.ScalarAsync<string>("select v.id from spike_land.merch_variants as v limit 1"); // of another product
        await person.RefusedAsync("23503", insert, cart, foreignVariant, small);
    }

    [Fact]
    public async Task SL_17_A_checkout_copies_what_was_bought_and_its_totals_add_up()
    {
        var (person, id) = await fixture.LanderAsync(tokens: 10);
        var image = await fixture.ImageAsync(person, 3000);
        var job = await person.JobAsync(image, "TIER_4K");
        await fixture.CompleteAsync(job);
        await person.ExecuteAsync(AddPrint, image, 2);
        var order = await person.ScalarAsync<string>(Checkout, SpikeLand.Address);
        // Two at 14.99 + 5.00, 4.99 to Britain, 20 % on both.
        Assert.Equal("39.98 4.99 8.99 53.96 GBP PENDING", await person.ScalarAsync<string>(
            "select concat_ws(' ', subtotal, shipping_cost, tax_amount, total_amount, currency, status) from spike_land.merch_orders where id = $1", order));
        Assert.Equal(0L, await person.ScalarAsync<long>("select count(*) from spike_land.merch_cart_items"));

        await fixture.Service.ExecuteAsync("update spike_land.merch_products set name = 'Renamed' where name = 'Nothing'");
        await person.ExecuteAsync("delete from spike_land.enhanced_images where id = $1", image);
        Assert.Equal($"Fine art print 30x40cm 2 19.99 39.98 https://img.example/{job}.jpg {id}/{job}.jpg", await person.ScalarAsync<string>(
            "select concat_ws(' ', product_name, variant_name, quantity, unit_price, total_price, image_url, image_r2_key) from spike_land.merch_order_items where order_id = $1", order));
        // What is printed stays stored, though the image is gone.
        Assert.Equal(0L, await fixture.Service.ScalarAsync<long>("select count(*) from spike_land_private.claim_removals(1000) where object_key = $1", $"{id}/{job}.jpg"));
        await fixture.Service.RefusedAsync("23514", "update spike_land.merch_orders set total_amount = 1 where id = $1", order);
        await person.RefusedAsync("42501", "update spike_land.merch_orders set status = 'PAID' where id = $1", order);
    }

    [Fact]
    public async Task SL_17_Order_numbers_have_no_gap_though_fifty_buy_at_once_and_some_fail()
    {
        var people = await Task.WhenAll(Enumerable.Range(0, 50).Select(async n =>
        {
            var (person, _) = await fixture.LanderAsync();
            if (n % 5 > 0) await person.ExecuteAsync(AddPrint, await fixture.ImageAsync(person, 3000), 1);
            return person;
        }));
        Assert.Equal(10, await ApplicationFixture.FiftyAsync("PT409", n => people[n].ExecuteAsync(Checkout, SpikeLand.Address)));
        // One that is undone after it took its number gives it back.
        await people[1].ExecuteAsync(AddPrint, await fixture.ImageAsync(people[1], 3000), 1);
        await using (var session = await fixture.Database.OpenAsUserAsync(people[1].Id)) await session.ExecuteAsync(Checkout, SpikeLand.Address);

        await people[1].ExecuteAsync(Checkout, SpikeLand.Address);
        Assert.Equal(0L, await fixture.SeenAsync<long>(
            "select count(*) from (select right(order_number, 6)::int as n, row_number() over (order by order_number) as place from spike_land.merch_orders where order_number like to_char(now() at time zone 'UTC', '\"SL\"-YYYY') || '-%') as o where n <> place"));
        Assert.Matches("^SL-[0-9]{4}-[0-9]{6}$", await people[1].ScalarAsync<string>("select max(order_number) from spike_land.merch_orders"));
    }

    [Fact]
    public async Task SL_17_One_cart_checked_out_fifty_times_at_once_is_one_order()
    {
        var (person, _) = await fixture.LanderAsync();
        await person.ExecuteAsync(AddPrint, await fixture.ImageAsync(person, 3000), 1);
        Assert.Equal(49, await ApplicationFixture.FiftyAsync("PT409", _ => person.ExecuteAsync(Checkout, SpikeLand.Address)));
        Assert.Equal("1 1", await person.ScalarAsync<string>("select concat_ws(' ', (select count(*) from spike_land.merch_orders), (select count(*) from spike_land.merch_order_items))"));
    }

    [Fact]
    public async Task SL_17_A_second_checkout_waits_for_the_first_and_finds_the_cart_empty()
    {
        var (person, _) = await fixture.LanderAsync();
        await person.ExecuteAsync(AddPrint, await fixture.ImageAsync(person, 3000), 1);
        await using var first = await fixture.Database.OpenAsUserAsync(person.Id);
        await first.ExecuteAsync(Checkout, SpikeLand.Address);
        var second = person.RefusedAsync("PT409", Checkout, SpikeLand.Address);
        while (await fixture.SeenAsync<long>("select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'") == 0)
            Assert.False(second.IsCompleted);
        await first.CommitAsync();
        Assert.Contains("empty", (await second).MessageText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SL_17_What_comes_into_a_cart_while_it_is_checked_out_stays_for_the_next_order()
    {
        var (slow, _) = await fixture.LanderAsync();
        var (person, _) = await fixture.LanderAsync();
        foreach (var buyer in new[] { slow, person }) await buyer.ExecuteAsync(AddPrint, await fixture.ImageAsync(buyer, 3000), 1);
        var late = await fixture.ImageAsync(person, 3000);
        // Another's checkout holds the order numbers: the person's has its sum by then, and not its items.
        await using var held = await slow.BeginAsync();
        await held.ExecuteAsync(Checkout, SpikeLand.Address);
        const string waiting = "from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
        var checkout = person.ExecuteAsync(Checkout, SpikeLand.Address);
        await fixture.Database.UntilAsync($"select exists (select {waiting})");
        var adding = person.ExecuteAsync(AddPrint, late, 1);
        await fixture.Database.UntilAsync($"select count(*) = 2 or exists (select from spike_land.merch_cart_items where image_id = '{late}') {waiting}");
        await held.CommitAsync();
        await Task.WhenAll(checkout, adding);
        Assert.Equal("1 t 1", await person.ScalarAsync<string>(
            """
            select concat_ws(' ', count(*), sum(i.total_price) = max(o.subtotal), (select count(*) from spike_land.merch_cart_items))
            from spike_land.merch_orders as o join spike_land.merch_order_items as i on i.order_id = o.id
            """));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("""{"name": "Ada", "line1": "1 Mill Lane", "city": "Leeds", "postalCode": "LS1 1AA", "country": "Britain"}""")]
    [InlineData("""{"name": " ", "line1": "1 Mill Lane", "city": "Leeds", "postalCode": "LS1 1AA", "country": "GB"}""")]
    public async Task SL_17_An_address_that_nothing_can_be_sent_to_is_refused(string address)
    {
        var (person, _) = await fixture.LanderAsync();
        await person.ExecuteAsync(AddPrint, await fixture.ImageAsync(person, 3000), 1);
        await person.RefusedAsync("PT400", Checkout, address);
        Assert.Equal(1L, await person.ScalarAsync<long>("select count(*) from spike_land.merch_cart_items"));
    }

    [Fact]
    public async Task SL_17_An_order_that_is_paid_while_it_is_cancelled_stays_paid()
    {
        var (person, order) = await OrderAsync();
        await using var paying = await fixture.Database.OpenAsync("service_role");
        await paying.ExecuteAsync(Move, order, "PAID");
        var cancelling = person.RefusedAsync("PT409", "select spike_land.cancel_order($1)", order);
        await fixture.Database.UntilAsync("select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like '%cancel_order%')");
        await paying.CommitAsync();
        Assert.Contains("PAID", (await cancelling).MessageText, StringComparison.Ordinal);
        Assert.Equal("PAID", await person.ScalarAsync<string>("select status::text from spike_land.merch_orders where id = $1", order));
    }

    [Fact]
    public async Task SL_17_Every_move_of_an_order_is_an_event_and_only_legal_ones_are_made()
    {
        var (person, order) = await OrderAsync();
        var refusal = await fixture.Service.RefusedAsync("PT409", Move, order, "DELIVERED");
        Assert.Contains("from \"PENDING\" to \"DELIVERED\"", refusal.MessageText, StringComparison.Ordinal);
        foreach (var status in new[] { "PAYMENT_PENDING", "PAID", "SUBMITTED" }) await fixture.Service.ExecuteAsync(Move, order, status);
        await person.RefusedAsync("PT409", "select spike_land.cancel_order($1)", order);
        Assert.Equal("ORDER_CREATED PAYMENT_AUTHORIZED PAYMENT_CAPTURED SUBMITTED_TO_POD", await person.ScalarAsync<string>(
            "select string_agg(type, ' ' order by created_at) from spike_land.merch_order_events where order_id = $1", order));
        Assert.True(await person.ScalarAsync<bool>("select paid_at is not null from spike_land.merch_orders where id = $1", order));
        await fixture.Service.RefusedAsync("42501", "delete from spike_land.merch_order_events where order_id = $1", order);
        await fixture.Operator.RefusedAsync("PT405", "update spike_land.merch_order_events set type = 'FORGED' where order_id = $1", order);

        var (early, other) = await OrderAsync();
        await person.RefusedAsync("PT404", "select spike_land.cancel_order($1)", other);
        Assert.Equal("CANCELLED", await early.ScalarAsync<string>("select status::text from spike_land.cancel_order($1)", other));
    }

    [Fact]
    public async Task SL_17_An_order_is_shipped_with_its_first_parcel_and_delivered_with_its_last()
    {
        var (person, order) = await OrderAsync();
        foreach (var status in new[] { "PAID", "SUBMITTED", "IN_PRODUCTION" }) await fixture.Service.ExecuteAsync(Move, order, status);
        const string ship = "insert into spike_land.merch_shipments (order_id, provider, carrier, tracking_number, status) values ($1, 'PRODIGI', 'Royal Mail', $2, 'SHIPPED') returning id";
        var parcels = new[] { await fixture.Service.ScalarAsync<string>(ship, order, "RM1"), await fixture.Service.ScalarAsync<string>(ship, order, "RM2") };
        Assert.Equal("SHIPPED", await person.ScalarAsync<string>("select status::text from spike_land.order_overview where id = $1", order));
        const string deliver = "update spike_land.merch_shipments set status = 'DELIVERED' where id = $1";
        const string times = "select concat_ws(' ', shipped_at is not null, delivered_at is not null) from spike_land.merch_shipments where id = $1";
        Assert.Equal("t f", await person.ScalarAsync<string>(times, parcels[0]));
        await fixture.Service.ExecuteAsync(deliver, parcels[0]);
        Assert.Equal("t t", await person.ScalarAsync<string>(times, parcels[0]));
        Assert.Equal("SHIPPED", await person.ScalarAsync<string>("select status::text from spike_land.order_overview where id = $1", order));
        await fixture.Service.ExecuteAsync(deliver, parcels[1]);
        Assert.Equal("DELIVERED", await person.ScalarAsync<string>("select status::text from spike_land.order_overview where id = $1", order));

        var (_, another) = await OrderAsync();
        foreach (var status in new[] { "PAID", "SUBMITTED", "IN_PRODUCTION" }) await fixture.Service.ExecuteAsync(Move, another, status);
        parcels = [await fixture.Service.ScalarAsync<string>(ship, another, "RM3"), await fixture.Service.ScalarAsync<string>(ship, another, "RM4")];
        await using (var first = await fixture.Database.OpenAsync("service_role"))
        {
            await first.ExecuteAsync(deliver, parcels[0]);
            var second = fixture.Service.ExecuteAsync(deliver, parcels[1]);
            await fixture.Database.UntilAsync($"select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock') or exists (select from spike_land.merch_shipments where id = '{parcels[1]}' and status = 'DELIVERED')");
            await first.CommitAsync();
            await second;
        }
        Assert.Equal("DELIVERED", await fixture.SeenAsync<string>("select status::text from spike_land.merch_orders where id = $1", another));

        parcels = [await fixture.SeenAsync<string>("select id from spike_land.merch_shipments where order_id = $1 limit 1", order)];
        (_, another) = await OrderAsync();
        await fixture.Service.RefusedAsync("23503", "update spike_land.merch_order_items set shipment_id = $2 where order_id = $1", another, parcels[0]);
    }

    [Fact]
    public async Task SL_17_A_webhook_is_stored_once_and_processed_once_though_fifty_come_at_once()
    {
        var (person, order) = await OrderAsync();
        var intent = $"pi_{Guid.NewGuid():N}";
        await fixture.Service.ExecuteAsync("update spike_land.merch_orders set stripe_payment_intent_id = $2 where id = $1", order, intent);
        const string receive = "select spike_land.receive_merch_webhook('stripe', $1, 'payment_intent.succeeded', jsonb_build_object('payment_intent', $2))";
        const string process = "select spike_land.process_merch_webhook('stripe', $1)";
        var received = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => fixture.Service.ScalarAsync<bool>(receive, intent, intent)));
        var processed = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => fixture.Service.ScalarAsync<bool>(process, intent)));
        Assert.Equal((1, 1), (received.Count(isNew => isNew), processed.Count(done => done)));
        Assert.Equal("PAID captured", await person.ScalarAsync<string>("select concat_ws(' ', status, stripe_payment_status) from spike_land.merch_orders where id = $1", order));

        await person.RefusedAsync("42501", receive, "evt_forged", intent);
        await person.RefusedAsync("42501", "insert into spike_land.merch_webhook_events (provider, event_id, event_type, payload) values ('STRIPE', 'evt_forged', 'x', '{}')");
        // The same event id of another provider is another event.
        Assert.True(await fixture.Service.ScalarAsync<bool>("select spike_land.receive_merch_webhook('prodigi', $1, 'order.submitted', '{}')", intent));
    }

    [Fact]
    public async Task SL_17_A_provider_s_webhooks_bring_an_order_to_its_door_and_late_ones_change_nothing()
    {
        var (person, order) = await OrderAsync();
        var number = await person.ScalarAsync<string>("select order_number from spike_land.merch_orders where id = $1", order);
        await fixture.Service.ExecuteAsync(Move, order, "PAID");
        foreach (var type in new[] { "order.submitted", "order.in_production", "shipment.shipped", "shipment.delivered", "order.submitted" })
        {
            var id = Guid.NewGuid().ToString();
            await fixture.Service.ExecuteAsync(
                "select spike_land.receive_merch_webhook('PRODIGI', $1, $2, jsonb_build_object('order_number', $3, 'shipment', jsonb_build_object('id', 'ship ' || $3, 'carrier', 'DHL')))", id, type, number);
            await fixture.Service.ExecuteAsync("select spike_land.process_merch_webhook('PRODIGI', $1)", id);
        }

        Assert.Equal("DELIVERED DHL DELIVERED", await person.ScalarAsync<string>("select concat_ws(' ', status, carrier, shipment_status) from spike_land.order_overview where id = $1", order));
        await fixture.Service.ExecuteAsync("select hedgerow.run_upkeep('spike_land.delete-old-webhooks', now() + interval '91 days')");
        Assert.Equal(0L, await fixture.SeenAsync<long>("select count(*) from spike_land.merch_webhook_events where processed"));
    }

    private async Task<(Person Person, string Order)> OrderAsync()
    {
        var (person, _) = await fixture.LanderAsync();
        await person.ExecuteAsync(AddPrint, await fixture.ImageAsync(person, 3000), 1);
        return (person, (await person.ScalarAsync<string>(Checkout, SpikeLand.Address))!);
    }
}
