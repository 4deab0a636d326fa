using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Applications;

/// <summary>
/// What must never stand in a table, whoever wrote it and however: with triggers and foreign keys off, the constraint alone refuses it. The functions that
/// usually refuse first, with better words, have tests of their own.
/// </summary>
public sealed class ConstraintTests(ApplicationFixture fixture) : IClassFixture<ApplicationFixture>
{
    [Theory]
    [InlineData("AF_02", "23514", "insert into appforge.marketplace_purchases (buyer_id, template_id, creator_id, amount, platform_fee, creator_payout) values ('b', 't', 'c', 1000, 300, 701)")]
    [InlineData("AF_02", "23514", "insert into appforge.marketplace_purchases (buyer_id, template_id, creator_id, amount, platform_fee, creator_payout) values ('b', 't', 'b', 1000, 300, 700)")]
    [InlineData("AF_02", "23505", "insert into appforge.marketplace_purchases (buyer_id, template_id, creator_id, amount, platform_fee, creator_payout) select 'b', 't', 'c', 1000, 300, 700 from generate_series(1, 2)")]
    [InlineData("AF_03", "23514", "insert into appforge.commissions (creator_id, purchase_id, amount, status) values ('c', 'p', 700, 'paid')")]
    [InlineData("AF_05", "23514", "insert into appforge.referral_codes (creator_id, code, discount_percentage, max_uses, current_uses) values ('c', 'SPRING', 10, 1, 2)")]
    [InlineData("AF_05", "23514", "insert into appforge.referral_codes (creator_id, code, discount_percentage, max_uses) values ('c', 'SPRING', 101, 1)")]
    [InlineData("AF_05", "23505", "insert into appforge.referral_codes (creator_id, code, discount_percentage, max_uses) values ('c', 'SPRING', 10, 1), ('c', 'spring', 10, 1)")]
    [InlineData("AF_12", "23514", "insert into appforge.code_reviews (project_id, author_id, reviewer_id) values ('p', 'a', 'a')")]
    [InlineData("AF_18", "23505", "insert into appforge.project_versions (project_id, version_number, backup_data, is_current) values ('p', '1', '', true), ('p', '2', '', true)")]
    [InlineData("AB_06", "23514", "insert into app_builder.users (id, auth_id) values ('No Id At All', gen_random_uuid())")]
    [InlineData("SL_02", "23514", "insert into spike_land.apps (name, user_id, domain) values ('A', 'u', 'not a host')")]
    [InlineData("SL_04", "23514", "insert into spike_land.monetization_models (app_id, type, price) values ('a', 'ONE_TIME', 0)")]
    [InlineData("SL_04", "23514", "insert into spike_land.monetization_models (app_id, type, price, subscription_interval) values ('a', 'SUBSCRIPTION', 5, null)")]
    [InlineData("SL_05", "23514", "insert into spike_land.user_token_balances (user_id, balance) values ('u', -1)")]
    [InlineData("SL_05", "23514", "insert into spike_land.token_transactions (user_id, amount, type, balance_after, number) values ('u', 5, 'SPEND_ENHANCEMENT', 5, 1)")]
    [InlineData("SL_06", "23505", "insert into spike_land.token_transactions (user_id, amount, type, source, source_id, balance_after, number) select 'u', 5, 'EARN_PURCHASE', 'stripe_payment', 'p', 5 * n, n from generate_series(1, 2) as n")]
    [InlineData("SL_07", "23505", "insert into spike_land.subscription_plans (name, tier, tokens_per_month, price_gbp, stripe_price_id) select 'Twice', 'BASIC', 1, 1, 'twice' || n from generate_series(1, 2) as n")]
    [InlineData("SL_07", "23514", "insert into spike_land.subscriptions (user_id, stripe_subscription_id, stripe_price_id, current_period_start, current_period_end, tokens_per_month) values ('u', 's', 'p', '2026-02-01', '2026-02-01', 1)")]
    [InlineData("SL_07", "23514", "insert into spike_land.subscriptions (user_id, stripe_subscription_id, stripe_price_id, current_period_start, current_period_end, tokens_per_month, tier, downgrade_to) values ('u', 's', 'p', '2026-02-01', '2026-03-01', 1, 'BASIC', 'PREMIUM')")]
    [InlineData("SL_08", "23514", "insert into spike_land.vouchers (code, type, value, max_uses, current_uses) values ('SPRING-26', 'FIXED_TOKENS', 5, 1, 2)")]
    [InlineData("SL_08", "23514", "insert into spike_land.vouchers (code, type, value) values ('spring-26', 'FIXED_TOKENS', 5)")]
    [InlineData("SL_08", "23514", "insert into spike_land.vouchers (code, type, value) values ('SPRING-26', 'PERCENTAGE_BONUS', 101)")]
    [InlineData("SL_08", "23505", "insert into spike_land.voucher_redemptions (voucher_id, user_id, tokens_granted) values ('v', 'u', 5), ('v', 'u', 5)")]
    [InlineData("SL_09", "23514", "insert into spike_land.referrals (referrer_id, referee_id) values ('u', 'u')")]
    [InlineData("SL_11", "23514", "insert into spike_land.image_enhancement_jobs (image_id, user_id, tokens_cost, retry_count, max_retries) values ('i', 'u', 2, 4, 3)")]
    [InlineData("SL_11", "23514", "insert into spike_land.image_enhancement_jobs (image_id, user_id, tokens_cost, status) values ('i', 'u', 2, 'COMPLETED')")]
    [InlineData("SL_11", "23514", "insert into spike_land.image_enhancement_jobs (image_id, user_id, tokens_cost, was_cropped) values ('i', 'u', 2, true)")]
    [InlineData("SL_12", "23514", "insert into spike_land.albums (name, user_id, privacy) values ('A', 'u', 'UNLISTED')")]
    [InlineData("SL_13", "23514", "insert into spike_land.enhancement_pipelines (name, user_id, visibility) values ('P', 'u', 'LINK')")]
    [InlineData("SL_15", "23505", "insert into spike_land.box_actions (box_id, action) values ('b', 'START'), ('b', 'STOP')")]
    [InlineData("SL_16", "23514", "insert into spike_land.mcp_generation_jobs (user_id, tokens_cost, prompt, type) values ('u', 2, 'P', 'MODIFY')")]
    [InlineData("SL_16", "23514", "insert into spike_land.mcp_generation_jobs (user_id, tokens_cost, prompt, status) values ('u', 2, 'P', 'COMPLETED')")]
    [InlineData("SL_17", "23514", "insert into spike_land.merch_cart_items (cart_id, product_id, image_id, uploaded_image_r2_key, uploaded_image_url) values ('c', 'p', 'i', 'k', 'u')")]
    [InlineData("SL_17", "23514", "insert into spike_land.merch_orders (user_id, order_number, subtotal, shipping_cost, total_amount, shipping_address, customer_email) values ('u', 'SL-2026-000001', 10, 5, 14, '{}', 'a@example.com')")]
    [InlineData("SL_17", "23514", "insert into spike_land.merch_order_items (order_id, product_id, product_name, image_url, image_r2_key, quantity, unit_price, total_price) values ('o', 'p', 'Mug', 'u', 'k', 2, 10, 10)")]
    [InlineData("SL_19", "23514", "insert into spike_land.campaign_metrics_cache (cache_key, metrics, computed_at, expires_at) values ('k', '{}', now(), now())")]
    [InlineData("SL_20", "23514", "insert into spike_land.audio_tracks (project_id, name, file_format, duration, file_size_bytes, storage_type) values ('m', 'T', 'wav', 1, 1, 'R2')")]
    [InlineData("WB_05", "23505", "insert into web_builder.campaign_components (campaign_id, name, component_type, sort_order, parent_component_id, version) select '00000000-0000-4000-8000-000000000001', 'C', 'form', n, '00000000-0000-4000-8000-000000000002', 2 from generate_series(1, 2) as n")]
    [InlineData("WB_08", "23514", "insert into web_builder.component_library (user_id, name, component_type, code, price) values (gen_random_uuid(), 'C', 'form', 'x', 5)")]
    [InlineData("WB_08", "23514", "insert into web_builder.component_library (user_id, name, component_type, code, price, is_marketplace_item, is_public) values (gen_random_uuid(), 'C', 'form', 'x', 5, true, true)")]
    [InlineData("AF_06", "23514", "insert into appforge.app_metrics (app_id, metric_type, value) values ('a', 'cpu', 'NaN')")]
    [InlineData("AF_06", "23514", "insert into appforge.app_metrics (app_id, metric_type, value, timestamp) values ('a', 'cpu', 1, '-infinity')")]
    [InlineData("AF_06", "23514", "insert into appforge.app_metrics (app_id, metric_type, value, timestamp) values ('a', 'cpu', 1, 'infinity')")]
    [InlineData("SL_04", "23514", "insert into spike_land.monetization_models (app_id, type, price) values ('a', 'ONE_TIME', 'NaN')")]
    [InlineData("SL_06", "23514", "insert into spike_land.tokens_packages (name, tokens, price_usd, stripe_price_id) values ('P', 1, 'NaN', 'p')")]
    [InlineData("SL_07", "23514", "insert into spike_land.subscription_plans (name, tier, tokens_per_month, price_gbp, stripe_price_id, active) values ('P', 'BASIC', 1, 'NaN', 'p', false)")]
    [InlineData("SL_17", "23514", "insert into spike_land.merch_products (name, category_id, provider, provider_sku, base_price, retail_price) values ('P', 'c', 'PRODIGI', 's', 'NaN', 5)")]
    [InlineData("SL_17", "23514", "insert into spike_land.merch_products (name, category_id, provider, provider_sku, base_price, retail_price) values ('P', 'c', 'PRODIGI', 's', 5, 'NaN')")]
    [InlineData("SL_17", "23514", "insert into spike_land.merch_variants (product_id, name, provider_sku, price_delta) values ('p', 'V', 's', 'NaN')")]
    [InlineData("SL_18", "23514", "insert into spike_land.analytics_events (session_id, name, value) values ('s', 'E', 'NaN')")]
    [InlineData("SL_18", "23514", "insert into spike_land.analytics_events (session_id, name, value) values ('s', 'E', '-Infinity')")]
    [InlineData("SL_20", "23514", "insert into spike_land.audio_tracks (project_id, name, file_format, duration, file_size_bytes, file_r2_key) values ('m', 'T', 'wav', 'Infinity', 1, 'k')")]
    [InlineData("WB_03", "23514", "insert into web_builder.platform_analyses (integration_id, analysis_type, ai_cost) values (gen_random_uuid(), 'full_audit', 'NaN')")]
    [InlineData("WB_06", "23514", "insert into web_builder.ai_generations (user_id, generation_type, prompt_text, cost) values (gen_random_uuid(), 'campaign', 'P', 'NaN')")]
    [InlineData("WB_08", "23514", "insert into web_builder.component_library (user_id, name, component_type, price, is_marketplace_item) values (gen_random_uuid(), 'C', 'form', 'NaN', true)")]
    [InlineData("WB_08", "23514", "insert into web_builder.component_purchases (component_id, user_id, amount) values (gen_random_uuid(), gen_random_uuid(), 'NaN')")]
    [InlineData("WB_09", "23514", "insert into web_builder.conversions (campaign_id, conversion_type, value) values (gen_random_uuid(), 'sale', 'NaN')")]
    public async Task C_07_The_table_itself_refuses_what_must_never_stand_in_it(string behaviour, string sqlState, string insert)
    {
        await using var session = await fixture.Database.OpenAsync("postgres");
        await session.ExecuteAsync("set local session_replication_role = replica");
        Assert.Equal((behaviour, sqlState), (behaviour, await session.RefusalAsync(insert)));
    }
}
