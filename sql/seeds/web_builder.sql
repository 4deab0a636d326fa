-- Sample data of AI Web Builder: campaigns of the first people, what AI made of them, and what visitors did.

create temporary table wb_person on commit drop as
select u.id, p.place as n from pg_temp.seed_people as p join web_builder.users as u on u.id = p.id;

update web_builder.users as u set
  subscription_tier = ('{agency,business,creator,creator}'::text[])[1 + p.n % 4],
  subscription_ends_at = now() + interval '200 days', settings = '{"theme": "light"}'
from wb_person as p where p.id = u.id;

insert into web_builder.campaigns (user_id, name, description, status, type, target_audience, business_type, goals, brand_guidelines, created_at, launched_at)
select p.id, x.name, x.description, s.status, x.type, x.audience, x.business, to_jsonb(x.goals), 'Plain words, no exclamation marks.',
  now() - (p.n % 40 + 5 + k) * interval '1 day', case when s.status in ('launched', 'paused') then now() - (p.n % 40 + 2) * interval '1 day' end
from wb_person as p
cross join generate_series(0, 1) as k
cross join lateral (
  select * from (values
    (0, 'Spring seeds', 'Seeds and bulbs for balconies', 'landing_page', 'People with a balcony', 'garden shop', '{sales,newsletter}'::text[]),
    (1, 'First lesson free', 'A trial lesson for beginners', 'funnel', 'Adults who always wanted to play', 'music school', '{signups}'),
    (2, 'Winter tyres', 'Appointments before the first snow', 'email_sequence', 'Drivers nearby', 'garage', '{appointments}'),
    (3, 'Open studio', 'An evening in the pottery', 'complete_campaign', 'Neighbours', 'pottery', '{visits,courses}')) as v (at, name, description, type, audience, business, goals)
  where v.at = (p.n + k) % 4) as x
cross join lateral (select ('{launched,ready,draft,launched,paused}'::text[])[1 + (p.n + k * 2) % 5] as status) as s;

insert into web_builder.campaign_components (campaign_id, name, component_type, code, props)
select c.id, x.name, x.type, format('<section class="%s"><h2>%s</h2></section>', x.type, c.name), jsonb_build_object('title', c.name)
from web_builder.campaigns as c
cross join (values (1, 'Hero', 'hero_section'), (2, 'Sign-up', 'form'), (3, 'Prices', 'pricing')) as x (at, name, type)
where c.status <> 'draft'
order by c.id, x.at;
insert into web_builder.campaign_components (campaign_id, name, component_type, code, props, parent_component_id)
select c.campaign_id, c.name, c.component_type, replace(c.code, '</section>', '<p>Only this week</p></section>'), c.props, c.id
from web_builder.campaign_components as c where c.component_type = 'hero_section';

insert into web_builder.ai_generations (user_id, campaign_id, component_id, generation_type, prompt_text, model_used, prompt_tokens, completion_tokens, cost, status,
  result_data, user_rating, accepted, created_at, completed_at)
select c.user_id, c.id, k.id, 'component', 'Write the ' || lower(k.name) || ' of ' || c.name, (array['claude-sonnet', 'gpt-5', 'claude-haiku'])[1 + at % 3],
  400 + at * 30, 900 + at * 70, 0.0125 + at * 0.0011, 'completed', '{"files": 1}', 3 + at % 3, at % 4 > 0,
  c.created_at + at * interval '7 minutes', c.created_at + at * interval '7 minutes' + interval '12 seconds'
from web_builder.campaigns as c
join (select k.*, row_number() over (partition by k.campaign_id order by k.sort_order, k.version)::int as at from web_builder.campaign_components as k) as k on k.campaign_id = c.id;
-- One person went over the day's threshold: an alert.
insert into web_builder.ai_generations (user_id, generation_type, prompt_text, model_used, prompt_tokens, completion_tokens, cost, status, created_at, completed_at)
select p.id, 'analysis', 'What should we do next season?', 'gpt-5', 90000, 42000, 6.4, 'completed', now() - interval '3 days', now() - interval '3 days'
from wb_person as p where p.n = 2;

-- Half as many clicks as views, and every ninth visitor buys.
insert into web_builder.campaign_events (campaign_id, component_id, event_type, session_id, user_agent, ip_address, country, created_at)
select c.id, k.id, case when v % 3 = 2 then 'click' else 'view' end, format('visit-%s', v / 3), 'Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0',
  ('203.0.113.' || 1 + v)::inet, (array['DE', 'FR', 'NG', 'JP'])[1 + v % 4], c.launched_at + v * interval '5 hours'
from web_builder.campaigns as c
join web_builder.campaign_components as k on k.campaign_id = c.id and k.component_type = 'form'
cross join generate_series(0, 17) as v
where c.launched_at is not null and c.launched_at + v * interval '5 hours' < now();
insert into web_builder.conversions (campaign_id, component_id, conversion_type, value, session_id, source, medium, created_at)
select e.campaign_id, e.component_id, 'sale', 19.90, e.session_id, 'newsletter', 'email', e.created_at
from web_builder.campaign_events as e where e.event_type = 'click' and e.session_id in ('visit-0', 'visit-3');

insert into web_builder.component_library (user_id, name, description, category, tags, component_type, code, is_public, is_marketplace_item, price)
select p.id, x.name || ' no. ' || p.n, x.description, 'sections', x.tags, x.type, '<section>' || x.name || '</section>', p.n % 3 = 0, p.n % 3 = 1,
  case when p.n % 3 = 1 then 4.90 + p.n % 5 else 0 end
from wb_person as p
cross join lateral (
  select * from (values (0, 'Pricing table', 'Three columns', 'pricing', '{saas,prices}'::text[]), (1, 'Testimonials', 'Quotes with faces', 'testimonials', '{trust}'))
    as v (at, name, description, type, tags) where v.at = p.n % 2) as x;
insert into web_builder.component_likes (component_id, user_id)
select c.id, p.id from web_builder.component_library as c join wb_person as p on p.id <> c.user_id and (p.n + hashtext(c.name)) % 4 = 0
where c.is_public or c.is_marketplace_item;
insert into web_builder.component_purchases (component_id, user_id, amount)
select c.id, p.id, c.price from web_builder.component_library as c join wb_person as p on p.id <> c.user_id and (p.n + hashtext(c.name)) % 7 = 0
where c.price > 0;

insert into web_builder.platform_integrations (user_id, platform_type, connection_status, account_name, encrypted_credentials, sync_status, last_sync_at)
select p.id, (array['wordpress', 'gohighlevel', 'simvoly'])[1 + p.n % 3], 'connected', 'Main account', 'seed-token-' || p.n, 'completed', now() - interval '1 hour'
from wb_person as p where p.n % 2 = 0;
insert into web_builder.platform_analyses (integration_id, analysis_type, summary, recommendations, ai_model_used, ai_cost, processing_time_seconds)
select i.id, 'full_audit', '{"pages": 14, "slow": 3}', '["Shorten the first form", "Compress pictures"]', 'claude-sonnet', 0.0831, 41
from web_builder.platform_integrations as i;
insert into web_builder.job_queue (job_type, payload, status, attempts, started_at, completed_at, created_at)
select 'platform_sync', jsonb_build_object('integration_id', i.id), 'completed', 1, now() - interval '61 minutes', now() - interval '1 hour', now() - interval '62 minutes'
from web_builder.platform_integrations as i;
