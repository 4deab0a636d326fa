-- A believable Spike Land: `./hedgerow db seed` runs this after the accounts are there. seed_people holds the first of them, by place. Triggers are
-- on: tokens are really earned and spent, orders are really checked out, so everything adds up by the same rules as in life.

create temporary table seed_land on commit drop as
select p.place, p.id as auth_id, u.id as user_id, p.email
from pg_temp.seed_people as p join spike_land.users as u on u.auth_id = p.id;

update spike_land.users as u set
  name = a.raw_user_meta_data ->> 'full_name', image = format('https://avatars.example/spike/%s.png', l.place),
  role = case l.place when 1 then 'SUPER_ADMIN' when 2 then 'ADMIN' else 'USER' end::spike_land.user_role,
  created_at = a.created_at
from seed_land as l join auth.users as a on a.id = l.auth_id where l.user_id = u.id;

-- Sessions that were loaded with the triggers off appear once they move by an hour, as a refresh would move them; somebody waits for a code.
update auth.sessions as s set updated_at = s.updated_at - interval '1 hour' from seed_land as l where s.user_id = l.auth_id;
insert into auth.one_time_tokens (id, user_id, token_type, token_hash, relates_to)
select gen_random_uuid(), l.auth_id, 'recovery_token', encode(sha256(l.auth_id::text::bytea), 'hex'), l.email from seed_land as l where l.place % 7 = 0
on conflict do nothing;

-- Who came from where.
insert into spike_land.campaign_links (utm_campaign, platform, external_campaign_id, external_campaign_name) values
  ('spring-portraits', 'FACEBOOK', '23851234567890', 'Spring: portraits'), ('print-your-walls', 'GOOGLE_ADS', '987654321', 'Print your walls')
on conflict do nothing;
insert into spike_land.visitor_sessions (visitor_id, user_id, session_start, session_end, device_type, browser, os, ip_country, referrer, landing_page, exit_page,
  page_view_count, utm_source, utm_medium, utm_campaign, fbclid, gclid)
select 'visitor-' || md5(n::text), case when n % 3 = 0 then l.user_id end, at.moment, at.moment + interval '9 minutes',
  (array['desktop', 'mobile', 'tablet'])[n % 3 + 1], (array['Chrome', 'Firefox', 'Safari', 'Edge'])[n % 4 + 1], (array['Windows', 'macOS', 'Android', 'iOS'])[n % 4 + 1],
  (array['GB', 'DE', 'HU', 'US'])[n % 4 + 1], case when n % 2 = 0 then 'https://search.example/?q=enhance+photo' end, (array['/', '/pricing', '/gallery'])[n % 3 + 1],
  '/enhance', 2, (array['facebook', 'google', null])[n % 3 + 1], (array['social', 'cpc', null])[n % 3 + 1],
  (array['spring-portraits', 'print-your-walls', null])[n % 3 + 1], case when n % 3 = 0 then 'fb' || n end, case when n % 3 = 1 then 'g' || n end
from generate_series(1, 120) as n
cross join lateral (select now() - (n * 7 % 85) * interval '1 day' - n * interval '11 minutes' as moment) as at
left join seed_land as l on l.place = n / 3;
insert into spike_land.page_views (session_id, path, title, timestamp, time_on_page, scroll_depth)
select s.id, p.path, p.title, s.session_start + p.after, 40, 75 from spike_land.visitor_sessions as s
cross join (values ('/', 'Spike Land', interval '0'), ('/enhance', 'Enhance a photo', interval '2 minutes')) as p (path, title, after);
insert into spike_land.analytics_events (session_id, name, category, value, timestamp)
select s.id, case when s.user_id is null then 'signup_started' else 'enhancement_completed' end, case when s.user_id is null then 'conversion' else 'engagement' end, 2,
  s.session_start + interval '5 minutes'
from spike_land.visitor_sessions as s;

-- Tokens: bought, subscribed, given, brought by friends.
insert into spike_land.stripe_payments (user_id, package_id, stripe_payment_intent_id, status, created_at)
select l.user_id, p.id, 'pi_seed_' || l.place, case when l.place % 5 = 0 then 'FAILED' else 'SUCCEEDED' end::spike_land.stripe_payment_status, now() - l.place * interval '1 day'
from seed_land as l join spike_land.tokens_packages as p on p.sort_order = (array[10, 20, 30])[l.place % 3 + 1];
select spike_land.start_subscription(l.user_id, 'sub_seed_' || l.place, (array['price_plan_basic', 'price_plan_standard', 'price_plan_premium'])[l.place % 3 + 1],
  now() - l.place * interval '1 day', now() - l.place * interval '1 day' + interval '1 month')
from seed_land as l where l.place between 1 and 20 and l.place % 2 = 1;
insert into spike_land.vouchers (code, type, value, max_uses, expires_at, metadata) values
  ('WELCOME-2026', 'FIXED_TOKENS', 25, null, null, '{"for": "newcomers"}'), ('FIFTEEN-MORE', 'PERCENTAGE_BONUS', 15, 500, now() + interval '60 days', null),
  ('TRY-A-WEEK', 'SUBSCRIPTION_TRIAL', 7, 100, now() + interval '30 days', null), ('LAST-SUMMER', 'FIXED_TOKENS', 10, 100, now() - interval '30 days', null);
update spike_land.vouchers set status = 'EXPIRED' where code = 'LAST-SUMMER';

-- Images, some enhanced, in albums.
insert into spike_land.enhancement_pipelines (name, description, user_id, visibility, tier, prompt_config)
select 'Golden hour', 'Warm light, soft shadows.', l.user_id, case when l.place % 2 = 0 then 'PUBLIC' else 'PRIVATE' end::spike_land.pipeline_visibility, 'TIER_2K', '{"mood": "warm"}'
from seed_land as l where l.place % 4 = 1;
insert into spike_land.enhanced_images (user_id, name, description, original_url, original_r2_key, original_width, original_height, original_size_bytes, original_format, is_public, created_at)
select l.user_id, i.name, i.description, format('https://img.example/%s-%s.jpg', l.place, i.n), format('%s/%s.jpg', l.user_id, i.n), i.width, i.height, i.width * i.height / 5, 'jpeg',
  (l.place + i.n) % 3 = 0, now() - (l.place * 2 + i.n) * interval '1 day'
from seed_land as l
cross join (values (1, 'Harbour at dusk', 'From the pier.', 1600, 1200), (2, 'Anna, laughing', null, 1200, 1600), (3, 'The old mill', 'Scanned from a slide.', 900, 700),
  (4, 'Red kettle', 'For the shop.', 2400, 2400)) as i (n, name, description, width, height)
where l.place <= 40;
insert into spike_land.image_enhancement_jobs (image_id, user_id, tier, pipeline_id, created_at)
select i.id, i.user_id, case when i.name = 'Red kettle' then 'TIER_2K' else 'TIER_4K' end::spike_land.enhancement_tier,
  (select p.id from spike_land.enhancement_pipelines as p where p.user_id is null and p.name = 'Print'), i.created_at + interval '1 hour'
from spike_land.enhanced_images as i join seed_land as l on l.user_id = i.user_id
join spike_land.user_token_balances as b on b.user_id = l.user_id and b.balance >= 40
where l.place <= 20;
update spike_land.image_enhancement_jobs set status = 'PROCESSING', gemini_model = 'gemini-3-pro-image-preview' where user_id in (select user_id from seed_land);
update spike_land.image_enhancement_jobs as j set status = 'COMPLETED', current_stage = 'GENERATING', enhanced_url = format('https://img.example/enhanced/%s.jpg', j.id),
  enhanced_r2_key = format('%s/enhanced/%s.jpg', j.user_id, j.id), enhanced_width = i.original_width * 3, enhanced_height = i.original_height * 3,
  enhanced_size_bytes = i.original_size_bytes * 4, analysis_result = '{"mainSubject": "harbour", "defects": ["noise"]}', analysis_source = 'gemini-3-pro-image-preview'
from spike_land.enhanced_images as i
where i.id = j.image_id and j.status = 'PROCESSING' and i.name in ('Harbour at dusk', 'Anna, laughing', 'Red kettle');
select spike_land.fail_enhancement(j.id, 'The model did not answer in time.') from spike_land.image_enhancement_jobs as j where j.status = 'PROCESSING';
insert into spike_land.albums (user_id, name, description, privacy, pipeline_id)
select l.user_id, a.name, a.description, a.privacy::spike_land.album_privacy, (select p.id from spike_land.enhancement_pipelines as p where p.user_id is null and p.name = 'Standard')
from seed_land as l cross join (values ('Travels', 'Here and there.', 'PUBLIC'), ('Family', null, 'PRIVATE')) as a (name, description, privacy) where l.place <= 20;
insert into spike_land.album_images (album_id, image_id, sort_order)
select a.id, i.id, row_number() over (partition by a.id order by i.created_at)
from spike_land.albums as a join spike_land.enhanced_images as i on i.user_id = a.user_id
where case a.name when 'Travels' then i.name in ('Harbour at dusk', 'The old mill') else i.name = 'Anna, laughing' end;
update spike_land.albums as a set cover_image_id = (select i.image_id from spike_land.album_images as i where i.album_id = a.id order by i.sort_order limit 1);
insert into spike_land.featured_gallery_items (title, description, category, original_url, enhanced_url, width, height, source_image_id, source_job_id, sort_order, created_by)
select i.name, i.description, (array['LANDSCAPE', 'PORTRAIT', 'PRODUCT'])[row_number() over (order by i.id) % 3 + 1]::spike_land.gallery_category, i.original_url, j.enhanced_url,
  i.original_width, i.original_height, i.id, j.id, row_number() over (order by i.id), (select l.user_id from seed_land as l where l.place = 2)
from spike_land.enhanced_images as i join spike_land.image_enhancement_jobs as j on j.image_id = i.id and j.status = 'COMPLETED'
where i.is_shown order by i.id limit 6;

-- Apps.
insert into spike_land.apps (name, description, user_id, domain)
select (array['Recipe box', 'Plant diary', 'Band rehearsal', 'Flat hunt'])[l.place % 4 + 1], 'Made in an afternoon.', l.user_id, case when l.place % 4 = 1 then format('app-%s.example.com', l.place) end
from seed_land as l where l.place <= 20;
insert into spike_land.requirements (app_id, description, priority)
select a.id, r.description, r.priority::spike_land.requirement_priority
from spike_land.apps as a cross join (values ('People sign in with their e-mail address.', 'HIGH'), ('Entries can be found by a word in them.', 'MEDIUM'), ('Works without a network.', 'LOW')) as r (description, priority);
update spike_land.requirements set status = 'IN_PROGRESS' where priority = 'HIGH';
update spike_land.requirements set status = 'COMPLETED' where priority = 'HIGH' and md5(id) < '8';
insert into spike_land.monetization_models (app_id, type, price, subscription_interval, features)
select a.id, m.type::spike_land.monetization_type, m.price, m.every::spike_land.subscription_interval, m.features::text[]
from spike_land.apps as a cross join (values ('FREE', null, null, '{"Ten entries"}'), ('SUBSCRIPTION', 2.99, 'MONTHLY', '{"All entries","Sharing"}')) as m (type, price, every, features);
update spike_land.apps set status = 'ACTIVE' where md5(id) < 'a';

-- Boxes that run, and what their agents do.
insert into spike_land.boxes (name, description, user_id, tier_id)
select 'Browser of ' || split_part(l.email, '.', 1), 'Fills in forms.', l.user_id, t.id
from seed_land as l join spike_land.box_tiers as t on t.name = (array['Standard', 'Pro'])[l.place % 2 + 1]
join spike_land.user_token_balances as b on b.user_id = l.user_id and b.balance > 20 where l.place <= 20;
update spike_land.box_actions set status = 'PROCESSING' where status = 'PENDING';
update spike_land.box_actions set status = 'COMPLETED' where status = 'PROCESSING';
insert into spike_land.box_messages (box_id, role, content)
select b.id, m.role::spike_land.box_message_role, m.content from spike_land.boxes as b
cross join (values ('USER', 'Please find three quotes for printing 200 leaflets.'), ('AGENT', 'I found three; the cheapest is 38 pounds.')) as m (role, content);
insert into spike_land.agent_tasks (box_id, type, payload)
select b.id, t.type, t.payload::jsonb from spike_land.boxes as b
cross join (values ('NAVIGATE', '{"url": "https://leaflets.example"}'), ('TYPE', '{"selector": "#quantity", "text": "200"}'), ('CLICK', '{"selector": "#quote"}')) as t (type, payload);
update spike_land.agent_tasks set status = 'PROCESSING' where type = 'NAVIGATE';
update spike_land.agent_tasks set status = 'COMPLETED', result = '{"status": 200}' where type = 'NAVIGATE';

insert into spike_land.audio_mixer_projects (user_id, name, description)
select l.user_id, 'Demo ' || l.place, 'Guitar and voice.' from seed_land as l where l.place % 5 = 0;
insert into spike_land.audio_tracks (project_id, name, file_url, file_r2_key, file_format, duration, file_size_bytes, volume)
select p.id, t.name, format('https://audio.example/%s/%s.wav', p.id, t.name), format('%s/audio/%s-%s.wav', p.user_id, p.id, t.name), 'wav', 182.4, 16087680, t.volume
from spike_land.audio_mixer_projects as p cross join (values ('Guitar', 0.8), ('Voice', 1.0)) as t (name, volume);

-- What people do themselves, as they would: each call runs in somebody's name.
do $$
declare
  person record;
  print record;
  code text;
begin
  for person in select * from seed_land where place between 3 and 20 order by place loop
    perform set_config('request.jwt.claims', json_build_object('sub', person.auth_id, 'role', 'authenticated')::text, true);
    perform spike_land.redeem_voucher('WELCOME-2026');
    perform spike_land.link_visitor(s.visitor_id) from spike_land.visitor_sessions as s where s.user_id is null and s.page_view_count = 2 order by s.id limit 1;
    if person.place % 6 = 0 then
      perform spike_land.fork_app((select a.id from spike_land.apps as a where a.status = 'ACTIVE' and a.user_id <> person.user_id order by a.id limit 1), 'A fork of mine');
    end if;
    if person.place % 4 = 0 then
      perform spike_land.create_api_key('Photo script');
      insert into spike_land.mcp_generation_jobs (user_id, prompt, tier) values (person.user_id, 'A lighthouse in the style of a woodcut', 'TIER_1K');
    end if;
    perform spike_land.log_error('Failed to fetch', 'FRONTEND', 'TypeError: Failed to fetch', 'upload.ts', 42, 7, 'uploadImage', '/enhance', 'TypeError');
    insert into spike_land.feedback (type, message, page) values
      ((array['BUG', 'IDEA', 'OTHER'])[person.place % 3 + 1]::spike_land.feedback_type, 'The crop could be undone.', '/enhance');
    for print in
      select i.id as image, p.id as product, (select v.id from spike_land.merch_variants as v where v.product_id = p.id order by v.price_delta, v.id limit 1) as variant
      from spike_land.enhanced_images as i
      join spike_land.image_enhancement_jobs as j on j.image_id = i.id and j.status = 'COMPLETED'
      join spike_land.merch_products as p on p.min_width <= j.enhanced_width and p.min_height <= j.enhanced_height
      where i.user_id = person.user_id and p.provider_sku in ('GLOBAL-FAP', 'MUG-11') order by i.id, p.id limit 2
    loop
      perform spike_land.add_to_cart(print.product, print.image, print.variant, 1 + person.place % 2);
    end loop;
    if person.place % 3 <> 0 and exists (select from spike_land.merch_cart_items as i join spike_land.merch_carts as c on c.id = i.cart_id where c.user_id = person.user_id) then
      perform spike_land.checkout(jsonb_build_object('name', person.email, 'line1', person.place || ' Mill Lane', 'city', 'Leeds', 'postalCode', 'LS1 1AA', 'country', 'GB'));
    end if;
  end loop;

  -- Friends of friends: the first has a code, those without a completed action used it.
  code := (select u.referral_code from spike_land.users as u join seed_land as l on l.user_id = u.id where l.place = 1);
  for person in
    select l.* from seed_land as l where l.place > 20 and not spike_land_private.has_completed_action(l.user_id) order by l.place limit 8
  loop
    perform set_config('request.jwt.claims', json_build_object('sub', person.auth_id, 'role', 'authenticated')::text, true);
    perform spike_land.use_referral_code(code);
  end loop;
  -- A small world has nobody left who begins: then one is written down as it would have been.
  insert into spike_land.referrals (referrer_id, referee_id, status, tokens_granted, completed_at)
  select a.user_id, b.user_id, 'INVALID', 0, null from seed_land as a, seed_land as b
  where a.place = 1 and b.place = 3 and not exists (select from spike_land.referrals);

  perform set_config('request.jwt.claims', '', true);
end
$$;

-- Orders on their way.
update spike_land.merch_orders set stripe_payment_intent_id = 'pi_order_' || id where right(order_number, 1) <> '3';
select spike_land.receive_merch_webhook('STRIPE', 'evt_' || o.id, 'payment_intent.succeeded', jsonb_build_object('payment_intent', o.stripe_payment_intent_id)),
  spike_land.process_merch_webhook('STRIPE', 'evt_' || o.id)
from spike_land.merch_orders as o where o.stripe_payment_intent_id is not null;
update spike_land.merch_orders set status = 'SUBMITTED' where status = 'PAID' and right(order_number, 1) in ('1', '2', '4', '5');
update spike_land.merch_orders set status = 'IN_PRODUCTION' where status = 'SUBMITTED' and right(order_number, 1) in ('1', '2');
insert into spike_land.merch_shipments (order_id, provider, provider_ship_id, carrier, tracking_number, tracking_url, status)
select o.id, 'PRODIGI', 'ship_' || o.id, 'Royal Mail', 'RM' || right(o.order_number, 6) || 'GB', 'https://tracking.example/RM' || right(o.order_number, 6) || 'GB', 'SHIPPED'
from spike_land.merch_orders as o where o.status = 'IN_PRODUCTION';
update spike_land.merch_order_items as i set shipment_id = s.id, pod_order_id = 'ord_' || s.id, pod_status = 'Complete' from spike_land.merch_shipments as s where s.order_id = i.order_id;
update spike_land.merch_shipments set status = 'DELIVERED' where right(tracking_number, 3) = '1GB';

-- What is written down, and what is elsewhere.
insert into spike_land.email_logs (user_id, "to", subject, template, resend_id, sent_at)
select l.user_id, l.email, 'Welcome to Spike Land', 'welcome', 're_' || l.place, now() - l.place * interval '1 day' from seed_land as l;
select spike_land.record_email_event('re_' || l.place, (array['email.delivered', 'email.opened', 'email.clicked', 'email.bounced'])[l.place % 4 + 1], now() - l.place * interval '23 hours')
from seed_land as l;
insert into spike_land.tracked_urls (path, label, created_by_id) select p.path, p.label, l.user_id from seed_land as l
cross join (values ('/pricing', 'Prices'), ('/blog/scanning-slides', 'Article: scanning slides')) as p (path, label) where l.place = 2;
insert into spike_land.marketing_accounts (user_id, platform, account_id, account_name, access_token, refresh_token, expires_at)
select l.user_id, 'GOOGLE_ADS', '123-456-7890', 'Spike Land Ltd', 'ya29.seeded', '1//seeded', now() + interval '30 days' from seed_land as l where l.place = 2;
insert into spike_land.audit_logs (user_id, action, metadata) select l.user_id, 'ADMIN_LOGIN', '{"from": "seed"}' from seed_land as l where l.place = 1;
insert into spike_land.campaign_metrics_cache (cache_key, metrics, expires_at)
values (format('overview:%s:last_touch', current_date), '[]', now() + interval '1 hour');
insert into spike_land.external_agent_sessions (external_id, name, description, status, source_repo, starting_branch, output_branch, pull_request_url, plan_summary)
select 'sessions/seed-' || n, (array['Speed up the gallery', 'Mend the crop on phones', 'Write tests for checkout'])[n], 'From the board.',
  (array['IN_PROGRESS', 'COMPLETED', 'AWAITING_PLAN_APPROVAL'])[n]::spike_land.external_agent_status, 'sources/github/spike-land/app', 'main',
  'agent/seed-' || n, case n when 2 then 'https://github.example/spike-land/app/pull/42' end, 'Measure, change one thing, measure again.'
from generate_series(1, 3) as n;
insert into spike_land.agent_session_activities (session_id, external_id, type, content)
select s.id, a.type, a.type, a.content from spike_land.external_agent_sessions as s
cross join (values ('plan_generated', 'Three steps.'), ('code_committed', 'Images are loaded when they are seen.')) as a (type, content);
