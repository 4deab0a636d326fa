-- The world in which ACCESS.md is played: people of each role, and a sample row for every table. Made in a transaction that rolls back.
-- Ids of people here are those of their accounts, and one thing of each kind has its person's id too, so that "$self" names them all.

insert into auth.users (id, email, email_confirmed_at)
select id::uuid, name || '@personas.invalid', now()
from (values
  ('user',        'a0000000-0000-4000-8000-000000000021'),
  ('admin',       'a0000000-0000-4000-8000-000000000022'),
  ('super_admin', 'a0000000-0000-4000-8000-000000000023'),
  ('other',       'a0000000-0000-4000-8000-000000000024'), -- a user too: capital letters are played on this one's rows
  ('friend',      'a0000000-0000-4000-8000-000000000025')  -- who was referred; plays nothing
) as person (name, id);

-- The profile that came with the account has an id of its own: another is put in its place.
delete from spike_land.users as u using auth.users as a where a.id = u.auth_id and a.email like '%@personas.invalid';
insert into spike_land.users (id, auth_id, email, role)
select a.id::text, a.id, a.email, case split_part(a.email, '@', 1) when 'admin' then 'ADMIN' when 'super_admin' then 'SUPER_ADMIN' else 'USER' end::spike_land.user_role
from auth.users as a where a.email like '%@personas.invalid';

insert into personas (name, role, claims)
select split_part(email, '@', 1), 'authenticated', jsonb_build_object('sub', id, 'role', 'authenticated', 'email', email)
from auth.users
where email like '%@personas.invalid' and email not like 'friend@%'
union all
values ('anon', 'anon', '{"role": "anon"}'::jsonb), ('service', 'service_role', '{"role": "service_role"}');
insert into personas (name, role, claims, headers) values ('holder', 'anon', '{"role": "anon"}', '{"x-share-token": "what personas share"}');

insert into spike_land.token_transactions (user_id, amount, type)
select id, 1000, 'EARN_BONUS' from spike_land.users where email like '%@personas.invalid';

-- What other has is shared by a link; the rest is private.
insert into spike_land.enhancement_pipelines (id, user_id, name, visibility, share_token)
select u.id, u.id, 'Played', case when o.shared then 'LINK' else 'PRIVATE' end::spike_land.pipeline_visibility, case when o.shared then o.digest end
from spike_land.users as u
cross join lateral (select u.email like 'other@%' as shared, encode(sha256('what personas share'), 'hex') as digest) as o
where u.email like '%@personas.invalid';
insert into spike_land.enhanced_images (id, user_id, name, original_url, original_r2_key, original_width, original_height, original_size_bytes, original_format, share_token)
select u.id, u.id, 'Played', 'https://img.example/played.jpg', u.id || '/played.jpg', 3000, 3000, 900000, 'jpeg',
  case when u.email like 'other@%' then encode(sha256('what personas share'), 'hex') end
from spike_land.users as u where u.email like '%@personas.invalid';
insert into spike_land.albums (id, user_id, name, privacy, share_token)
select u.id, u.id, 'Played', case when o.shared then 'UNLISTED' else 'PRIVATE' end::spike_land.album_privacy, case when o.shared then o.digest end
from spike_land.users as u
cross join lateral (select u.email like 'other@%' as shared, encode(sha256('what personas share'), 'hex') as digest) as o
where u.email like '%@personas.invalid';
insert into spike_land.apps (id, user_id, name) select u.id, u.id, 'Played' from spike_land.users as u where u.email like '%@personas.invalid';
insert into spike_land.audio_mixer_projects (id, user_id, name) select u.id, u.id, 'Played' from spike_land.users as u where u.email like '%@personas.invalid';
insert into spike_land.box_tiers (id, name, cpu, ram, storage, price_per_hour, price_per_month) values ('played', 'Played by personas', 1, 1, 1, 0, 0);
insert into spike_land.boxes (id, user_id, name, tier_id, status)
select u.id, u.id, 'Played', 'played', 'STOPPED'
from spike_land.users as u where u.email like '%@personas.invalid';
insert into spike_land.merch_carts (id, user_id) select u.id, u.id from spike_land.users as u where u.email like '%@personas.invalid';
insert into spike_land.merch_orders (id, user_id, order_number, subtotal, shipping_cost, total_amount, shipping_address, customer_email)
select u.id, u.id, 'SL-1999-' || right(u.id, 6), 10, 0, 10, '{"country": "GB"}', u.email from spike_land.users as u where u.email like '%@personas.invalid';
insert into spike_land.merch_categories (id, name, slug) values ('played', 'Played', 'played-by-personas');
insert into spike_land.merch_products (id, name, category_id, provider, provider_sku, base_price, retail_price)
values ('played', 'Played', 'played', 'PRODIGI', 'PLAYED', 1, 2);
insert into spike_land.tokens_packages (id, name, tokens, price_usd, stripe_price_id) values ('played', 'Played', 1, 1, 'played-by-personas');
insert into spike_land.vouchers (id, code, type, value) values ('played', 'PLAYED-BY-PERSONAS', 'FIXED_TOKENS', 1);
insert into spike_land.visitor_sessions (id, visitor_id, landing_page) values ('played', 'played by personas', '/');
insert into spike_land.external_agent_sessions (id, external_id, name) values ('played', 'played by personas', 'Played');

-- Encrypted columns can be played before a key was installed; this one's private half is nowhere.
insert into hedgerow.encryption_keys (public_key)
select decode('mI0EawFZ+QEEAN45Le0KCXNSLV3rxiyhZlGjwKUWM3LI5bB236F/3MuW4JhSz2jdg+o5vbOtpRKhVQ/3Nre8AZVDF8YyDfQleFQwJhJfW2ngMRfXfzliWNfL
  HuioiB7WDK1x/T1to9XaOAvKWcOCyzG8dSqwo+DIbp0aTBv4sTU/zNJ0CNUZCGh1ABEBAAG0AXCIzgQTAQoAOBYhBHAsx0CWhkArnypTV6wRLmhFowEJBQJr
  AVn5AhsBBQsJCAcCBhUKCQgLAgQWAgMBAh4BAheAAAoJEKwRLmhFowEJQ/4EAMNYlLSO1gyZgKT1RLD7G8SrW32goYW4vveqlXOaW18BYfW+HZL/qSp044xc
  +vsFIRX76co9fMJbRU5H7Ho9Zztm7WEGPy8QpKiT/JcNfRXc8ncx5Y91y92IAICZW/bksjWwPMm+hQEUXTVfjA76xOQuAIRRV6L9dTFMz0B/duQIuI0EawFZ
  +QEEAOAocV73PlZImvnqbGpCcVUxJCXvYfiO+Eh4qm7uQ9m79Z9pkCFfCKYmPg5VITndAuu7CncW67uLLcH5odn75gKc4CAWq8zVBRaOdz39tjlLh+5bhr/v
  RO1tnhD6CeZQlGCyzV90IY2eD5FfGcPUzxJpyvfhyD4upC06fNHY5xpBABEBAAGItgQYAQoAIBYhBHAsx0CWhkArnypTV6wRLmhFowEJBQJrAVn5AhsMAAoJ
  EKwRLmhFowEJpv8EANuah1e28nDDS4ahgCFZmhqtizmTnSnTdpB8TmRdCEdeEH6vvlXk3lK29lHnQ+uDi3SpE4WS3q70YjiXQq+numM2BcrVwDeeLjZguY4u
  HMWE4LmgvZ8CR0pAVXucG+ite84Uj2qs2r4U8QSV0Awk3hBK5rfuVxo/iZ4rzuSeHO3N', 'base64')
where not exists (select from hedgerow.encryption_keys);

insert into samples (table_name, row, new_row) values
  ('users', '{"auth_id": "$self"}', null),
  ('accounts', '{"user_id": "$self", "type": "oauth", "provider": "sample", "provider_account_id": "$uuid"}', null),
  ('sessions', '{"user_id": "$self", "session_token": "$uuid", "expires": "2100-01-01"}', null),
  ('verification_tokens', '{"identifier": "sample", "token": "$uuid", "expires": "2100-01-01"}', null),
  ('apps', '{"id": "$self"}', '{"user_id": "$self", "name": "Sample"}'),
  ('requirements', '{"app_id": "$self", "description": "Sample"}', null),
  ('monetization_models', '{"app_id": "$self", "type": "FREE"}', null),
  ('user_token_balances', '{"user_id": "$self"}', null),
  ('token_transactions', '{"user_id": "$self", "amount": 1, "type": "EARN_BONUS"}', null),
  ('tokens_packages', '{"name": "Sample", "tokens": 1, "price_usd": 1, "stripe_price_id": "$uuid"}', null),
  ('stripe_payments', '{"user_id": "$self", "package_id": "played", "stripe_payment_intent_id": "$uuid"}', null),
  ('subscription_plans', '{"name": "Sample", "tier": "FREE", "tokens_per_month": 1, "price_gbp": 1, "stripe_price_id": "$uuid"}', null),
  ('subscriptions',
    '{"user_id": "$self", "stripe_subscription_id": "$uuid", "stripe_price_id": "sample", "current_period_start": "2026-01-01", "current_period_end": "2026-02-01", "tokens_per_month": 1}', null),
  ('vouchers', '{"id": "played"}', '{"code": "SAMPLE-OF-PERSONAS", "type": "FIXED_TOKENS", "value": 1}'),
  ('voucher_redemptions', '{"voucher_id": "played", "user_id": "$self", "tokens_granted": 1}', null),
  ('referrals', '{"referrer_id": "$self", "referee_id": "a0000000-0000-4000-8000-000000000025"}', null),
  ('enhancement_pipelines', '{"id": "$self"}', '{"user_id": "$self", "name": "Sample"}'),
  ('enhanced_images', '{"id": "$self"}',
    '{"user_id": "$self", "name": "Sample", "original_url": "https://img.example/sample.jpg", "original_r2_key": "$self/$uuid.jpg", "original_width": 1, "original_height": 1, "original_size_bytes": 1, "original_format": "jpeg"}'),
  -- Its person may move a job to CANCELLED alone: the row is one that is there already.
  ('image_enhancement_jobs', '{"user_id": "$self", "image_id": "$self", "status": "CANCELLED"}', '{"user_id": "$self", "image_id": "$self"}'),
  ('albums', '{"id": "$self"}', '{"user_id": "$self", "name": "Sample $uuid"}'),
  ('album_images', '{"album_id": "$self", "image_id": "$self"}', null),
  ('featured_gallery_items', '{"title": "Sample", "original_url": "https://img.example/1.jpg", "enhanced_url": "https://img.example/2.jpg", "created_by": "a0000000-0000-4000-8000-000000000022"}', null),
  ('box_tiers', '{"name": "Sample $uuid", "cpu": 1, "ram": 1, "storage": 1, "price_per_hour": 0, "price_per_month": 0}', null),
  ('boxes', '{"id": "$self"}', '{"user_id": "$self", "name": "Sample", "tier_id": "played"}'),
  ('box_actions', '{"box_id": "$self", "action": "STOP", "status": "COMPLETED"}', '{"box_id": "$self", "action": "START"}'),
  ('agent_tasks', '{"box_id": "$self", "type": "CLICK"}', null),
  ('box_messages', '{"box_id": "$self", "content": "Sample"}', null),
  ('api_keys', '{"user_id": "$self", "name": "Sample", "key_hash": "$uuid", "key_prefix": "sl_sampl"}', null),
  ('mcp_generation_jobs', '{"user_id": "$self", "prompt": "Sample", "status": "CANCELLED"}', '{"user_id": "$self", "prompt": "Sample"}'),
  ('merch_categories', '{"name": "Sample $uuid", "slug": "sample-of-personas"}', null),
  ('merch_products', '{"name": "Sample", "category_id": "played", "provider": "PRODIGI", "provider_sku": "SAMPLE", "base_price": 1, "retail_price": 2}', null),
  ('merch_variants', '{"name": "Sample", "product_id": "played", "provider_sku": "SAMPLE"}', null),
  ('merch_carts', '{"user_id": "$self"}', null),
  ('merch_cart_items', '{"cart_id": "$self", "product_id": "played", "image_id": "$self"}', null),
  ('merch_orders', '{"id": "$self"}',
    '{"user_id": "$self", "order_number": "SL-1999-999999", "subtotal": 1, "shipping_cost": 0, "total_amount": 1, "shipping_address": {}, "customer_email": "$self@personas.invalid"}'),
  ('merch_order_items',
    '{"order_id": "$self", "product_id": "played", "product_name": "Played", "image_url": "https://img.example/1.jpg", "image_r2_key": "sample", "quantity": 1, "unit_price": 2, "total_price": 2}', null),
  ('merch_shipments', '{"order_id": "$self", "provider": "PRODIGI"}', null),
  ('merch_order_events', '{"order_id": "$self", "type": "SAMPLE"}', null),
  ('merch_webhook_events', '{"provider": "STRIPE", "event_id": "$uuid", "event_type": "sample", "payload": {}}', null),
  ('visitor_sessions', '{"visitor_id": "sample $uuid", "landing_page": "/"}', null),
  ('page_views', '{"session_id": "played", "path": "/"}', null),
  ('analytics_events', '{"session_id": "played", "name": "sample"}', null),
  ('campaign_attributions',
    '{"user_id": "a0000000-0000-4000-8000-000000000024", "session_id": "played", "attribution_type": "FIRST_TOUCH", "conversion_type": "SIGNUP", "conversion_id": "$uuid"}', null),
  ('campaign_metrics_cache', '{"cache_key": "$uuid", "metrics": {}, "expires_at": "2100-01-01"}', null),
  ('campaign_links', '{"utm_campaign": "$uuid", "platform": "FACEBOOK", "external_campaign_id": "sample"}', null),
  ('marketing_accounts', '{"user_id": "$self", "platform": "FACEBOOK", "account_id": "sample", "access_token": "sample"}', null),
  ('audio_mixer_projects', '{"id": "$self"}', '{"user_id": "$self", "name": "Sample"}'),
  ('audio_tracks', '{"project_id": "$self", "name": "Sample", "file_format": "wav", "duration": 1, "file_size_bytes": 1, "storage_type": "OPFS"}', null),
  ('external_agent_sessions', '{"external_id": "$uuid", "name": "Sample"}', null),
  ('agent_session_activities', '{"session_id": "played", "type": "sample"}', null),
  ('audit_logs', '{"user_id": "a0000000-0000-4000-8000-000000000022", "action": "ADMIN_LOGIN"}', null),
  ('error_logs', '{"message": "Sample", "environment": "BACKEND"}', null),
  ('email_logs', '{"user_id": "a0000000-0000-4000-8000-000000000024", "to": "other@personas.invalid", "subject": "Sample", "template": "sample"}', null),
  ('feedback', '{"user_id": "$self", "type": "IDEA", "message": "Sample", "page": "/"}', null),
  ('tracked_urls', '{"path": "/sample-of-personas", "created_by_id": "a0000000-0000-4000-8000-000000000022"}', null);
