-- Sample data of AppForge: teams of four with a project each, an app that is watched and deployed, and a marketplace.

create temporary table af_person on commit drop as
select u.id, p.place as n from pg_temp.seed_people as p join appforge.users as u on u.auth_id = p.id;

insert into appforge.teams (id, name, created_by)
select 'seed-team-' || p.n, (array['Bellows', 'Anvil', 'Tongs', 'Hearth', 'Rivet'])[1 + p.n / 4 % 5] || ' team', p.id from af_person as p where p.n % 4 = 1;
insert into appforge.team_members (team_id, user_id, role, permissions)
select 'seed-team-' || p.n - (p.n - 1) % 4, p.id, (array['owner', 'admin', 'editor', 'viewer'])[1 + (p.n - 1) % 4]::appforge.team_role,
  case when p.n % 8 = 4 then '{"edit_projects": true}'::jsonb else '{}' end
from af_person as p where p.n % 4 <> 1 and exists (select from appforge.teams as t where t.id = 'seed-team-' || p.n - (p.n - 1) % 4);

insert into appforge.projects (id, owner_id, team_id, name, description, definition, created_at)
select 'seed-project-' || p.n, p.id, 'seed-team-' || p.n, x.name, x.name || ' for small businesses',
  jsonb_build_object('pages', jsonb_build_array('home', 'pricing', 'account'), 'functions', jsonb_build_object('checkout', 'return total(cart)')), now() - interval '90 days'
from af_person as p cross join lateral (select (array['Booking desk', 'Parts catalogue', 'Time sheets', 'Newsletter', 'Help centre'])[1 + p.n / 4 % 5] as name) as x
where p.n % 4 = 1;
-- A freelancer, who is in no team of theirs, helps.
insert into appforge.project_permissions (project_id, user_id, permission_type, granted_by)
select r.id, p.id, (array['view', 'edit', 'admin'])[1 + p.n % 3]::appforge.permission_type, r.owner_id
from appforge.projects as r join af_person as p on 'seed-project-' || p.n - (p.n - 1) % 4 + 4 = r.id and p.n % 4 = 3;

insert into appforge.apps (id, project_id, name, url)
select replace(r.id, 'project', 'app'), r.id, r.name, 'https://' || replace(lower(r.name), ' ', '-') || '.example' from appforge.projects as r where r.id like 'seed-%';

-- A fortnight of requests: mostly quick, slow at noon, a few failures.
insert into appforge.app_metrics (app_id, metric_type, value, unit, endpoint, status_code, timestamp)
select a.id, 'latency'::appforge.metric_type, 20 + abs(hashtext(a.id || h)) % 80 + case when h % 24 = 12 then 200 else 0 end, 'ms', (array['/', '/api/cart', '/api/login'])[1 + h % 3],
  case when abs(hashtext(a.id || h)) % 50 = 0 then 503 else 200 end, now() - h * interval '1 hour'
from appforge.apps as a cross join generate_series(1, 330) as h
union all
select a.id, 'cpu', 10 + abs(hashtext(h || a.id)) % 60, '%', null, null, now() - h * interval '6 hours' from appforge.apps as a cross join generate_series(1, 50) as h;
select appforge_private.roll_up(now());
do $$
declare
  app appforge.apps;
begin
  perform set_config('request.jwt.claims', '{"role": "service_role"}', true);
  for app in select * from appforge.apps as a order by a.id loop
    perform appforge.generate_performance_report(app.id, date_trunc('day', now()) - interval '8 days', date_trunc('day', now()) - interval '1 day');
    perform appforge.report_error('TypeError', format(E'at total (cart.js:%s:7)\nat checkout (app.js:%s:3)', n, n * 3), 'cart is undefined', '{"path": "/api/cart"}', 'high', app_id => app.id)
    from generate_series(1, 6) as n;
    perform appforge.report_error('TimeoutError', 'at login (auth.js:88:12)', 'upstream did not answer', '{"path": "/api/login"}', 'medium', app_id => app.id);
    perform appforge.create_project_version(app.project_id);
    update appforge.projects as p set description = p.description || ', now with a calendar' where p.id = app.project_id;
    perform appforge.create_project_version(app.project_id);
  end loop;
  perform set_config('request.jwt.claims', '', true);
end $$;

insert into appforge.deployments (app_id, version, environment, deployed_by, status, deployment_log, created_at, completed_at)
select a.id, '1.' || v || '.0', e.environment::appforge.deploy_environment, r.owner_id, case when v = 2 and e.environment = 'staging' then 'failed'::appforge.deployment_status else 'success' end,
  'Built, migrated, switched.', now() - (20 - v * 5) * interval '1 day', now() - (20 - v * 5) * interval '1 day' + interval '80 seconds'
from appforge.apps as a join appforge.projects as r on r.id = a.project_id
cross join generate_series(0, 3) as v cross join (values ('staging'), ('production')) as e (environment);

insert into appforge.code_reviews (project_id, function_id, author_id, reviewer_id, status, comments, created_at, completed_at)
select r.id, 'checkout', m.user_id, r.owner_id, s.status::appforge.review_status, case when s.status <> 'pending' then 'Rounds twice; once is enough.' end, now() - interval '9 days',
  case when s.status <> 'pending' then now() - interval '8 days' end
from appforge.projects as r join appforge.team_members as m on m.team_id = r.team_id and m.role = 'editor'
cross join (values ('pending'), ('approved'), ('changes_requested')) as s (status);
insert into appforge.comments (resource_type, resource_id, user_id, content, replies, resolved)
select 'function', r.id || '/checkout', m.user_id, 'Why is the tax added here?',
  jsonb_build_array(jsonb_build_object('id', hedgerow.cuid(), 'parent_id', null, 'user_id', r.owner_id, 'content', 'Because prices are net.', 'created_at', now())), m.role = 'admin'
from appforge.projects as r join appforge.team_members as m on m.team_id = r.team_id and m.role in ('admin', 'editor');

insert into appforge.integration_configs (project_id, integration_type, config_data, webhook_url, webhook_secret, test_mode)
select r.id, t.type::appforge.integration_type, '{"api_key": "seed-not-a-key"}', 'https://hooks.example/' || r.id, 'whsec-seed', t.type = 'stripe'
from appforge.projects as r cross join (values ('slack'), ('stripe')) as t (type) where r.id like 'seed-%';
insert into appforge.webhook_logs (integration_id, event_type, payload, response_status, response_body, retry_count, timestamp)
select c.id, 'deployed', '{"version": "1.3.0"}', (array[200, 200, 503])[n], (array['ok', 'ok', 'busy'])[n], case n when 3 then 8 else 0 end, now() - n * interval '1 day'
from appforge.integration_configs as c cross join generate_series(1, 3) as n;
insert into appforge.encrypted_secrets (project_id, secret_name, secret_value, secret_type, created_by)
select r.id, s.name, 'seed-not-a-secret', s.type::appforge.secret_type, r.owner_id
from appforge.projects as r cross join (values ('STRIPE_KEY', 'api_key'), ('SMTP_PASSWORD', 'password')) as s (name, type) where r.id like 'seed-%';
insert into appforge.security_audits (project_id, audit_type, findings, remediation_recommendations, completed_at, created_at)
select r.id, 'vulnerability_scan', '[{"severity": "high", "title": "Old TLS"}, {"severity": "low", "title": "Verbose errors"}]', 'Switch TLS 1.1 off.',
  now() - interval '30 days', now() - interval '31 days' from appforge.projects as r where r.id like 'seed-%';

-- The marketplace: every project's owner sells a template; others buy, rate and find helpful.
insert into appforge.templates (id, creator_id, name, description, category, tags, price, source_project_id)
select replace(r.id, 'project', 'template'), r.owner_id, r.name || ' starter', 'What ' || lower(r.name) || ' was built from', (array['business', 'shop', 'content'])[1 + length(r.name) % 3],
  jsonb_build_array('starter', lower(split_part(r.name, ' ', 1))), (array[0, 1900, 4900])[1 + length(r.name) % 3], r.id
from appforge.projects as r where r.id like 'seed-%';
update appforge.templates as t set status = 'published' where t.id like 'seed-%';
insert into appforge.referral_codes (creator_id, code, discount_percentage, max_uses, expires_at)
select t.creator_id, 'HELLO-' || upper(substr(md5(t.id), 1, 6)), 15, 100, now() + interval '1 year' from appforge.templates as t where t.price > 0;
insert into appforge.marketplace_purchases (buyer_id, template_id, creator_id, amount, platform_fee, creator_payout, payment_status, stripe_charge_id, purchased_at)
select p.id, t.id, t.creator_id, t.price, round(t.price * 0.3), t.price - round(t.price * 0.3), 'completed', case when t.price > 0 then 'ch_seed_' || p.n end, now() - p.n % 30 * interval '1 day'
from appforge.templates as t join af_person as p on p.id <> t.creator_id and (p.n + length(t.id)) % 3 = 0 and p.n <= 60;
insert into appforge.template_ratings (template_id, user_id, rating, review)
select b.template_id, b.buyer_id, 3 + abs(hashtext(b.buyer_id || b.template_id)) % 3, (array['Did what it says.', 'Saved me a week.', 'Needs better docs.'])[1 + abs(hashtext(b.id)) % 3]
from appforge.marketplace_purchases as b where abs(hashtext(b.buyer_id || b.template_id)) % 4 > 0;
insert into appforge.rating_votes (rating_id, user_id)
select r.id, p.id from appforge.template_ratings as r join af_person as p on p.id <> r.user_id and abs(hashtext(r.user_id || p.n)) % 11 = 0 and p.n <= 60;
update appforge.commissions as c set status = 'processed', payout_id = 'po_seed' where abs(hashtext(c.purchase_id)) % 2 = 0;
