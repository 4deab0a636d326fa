-- Sample data of Ultimate App Builder: two projects each for the first people, from drafts to deployed ones, and how they came to be.

create temporary table ab_person on commit drop as
select u.id, p.place as n from pg_temp.seed_people as p join app_builder.users as u on u.auth_id = p.id;

update app_builder.users as u set
  role = case p.n when 1 then 'SUPER_ADMIN' when 2 then 'ADMIN' else 'USER' end::app_builder.user_role,
  subscription_tier = (enum_range(null::app_builder.subscription_tier))[1 + p.n % 4],
  subscription_status = case when p.n % 4 > 0 then 'active' end,
  stripe_customer_id = case when p.n % 4 > 0 then 'cus_seed_' || p.n end
from ab_person as p where p.id = u.id;

insert into app_builder.projects (name, description, template, status, config, features, user_id, generated_path, repository_url, deployment_url, created_at, deployed_at)
select x.name, 'An application for ' || lower(x.name), x.template::app_builder.project_template, s.status::app_builder.project_status,
  jsonb_build_object('framework', x.framework, 'database', 'postgresql'), x.features, p.id,
  case when s.status not in ('DRAFT', 'GENERATING') then '/builds/' || p.n || '-' || k end,
  case when s.status = 'DEPLOYED' then 'https://git.example/' || p.n || '/' || k end,
  case when s.status = 'DEPLOYED' then format('https://app-%s-%s.example', p.n, k) end,
  now() - (p.n % 60 + 3 + k) * interval '1 day', case when s.status = 'DEPLOYED' then now() - (p.n % 60 + 1) * interval '1 day' end
from ab_person as p
cross join generate_series(0, 1) as k
cross join lateral (
  select * from (values
    (0, 'Invoice desk', 'SAAS', 'next', '{auth,billing,teams}'::text[]), (1, 'Garden shop', 'ECOMMERCE', 'remix', '{cart,checkout,stock}'),
    (2, 'Field notes', 'BLOG', 'astro', '{markdown,search}'), (3, 'Weather gateway', 'API', 'fastify', '{rate_limits,openapi}'),
    (4, 'Club calendar', 'CUSTOM', 'svelte', '{calendar,invitations}')) as v (at, name, template, framework, features)
  where v.at = (p.n + k * 2) % 5) as x
cross join lateral (select ('{DEPLOYED,READY,DRAFT,DEPLOYED,ERROR,GENERATING}'::text[])[1 + (p.n * 2 + k) % 6] as status) as s;

insert into app_builder.generations (project_id, user_id, agent_type, prompt, response, status, tokens_used, duration_ms, error_message, created_at, completed_at)
select r.id, r.user_id, r.agent,
  'Build the ' || lower(r.agent::text) || ' part of ' || r.name || ' with ' || array_to_string(r.features, ', '),
  case when r.state = 'COMPLETED' then 'Wrote ' || (3 + r.at * 2) || ' files.' else '' end, r.state::app_builder.generation_status,
  case when r.state = 'COMPLETED' then 800 + r.at * 350 else 0 end, case when r.state in ('COMPLETED', 'FAILED') then 4000 + r.at * 900 end,
  case when r.state = 'FAILED' then 'The model did not answer in time.' end,
  r.created_at + r.at * interval '2 minutes', case when r.state in ('COMPLETED', 'FAILED') then r.created_at + r.at * interval '2 minutes' + interval '9 seconds' end
from (
  select p.id, p.user_id, p.name, p.features, p.created_at, a.agent, a.at::int,
    case when p.status = 'ERROR' and a.at = 4 then 'FAILED' when p.status = 'GENERATING' and a.at = 4 then 'RUNNING' when p.status = 'GENERATING' and a.at > 4 then 'PENDING'
      else 'COMPLETED' end as state
  from app_builder.projects as p
  cross join unnest(enum_range(null::app_builder.agent_type)) with ordinality as a (agent, at)
  where p.status <> 'DRAFT' and (p.status <> 'ERROR' or a.at <= 4)) as r;

insert into app_builder.deployments (project_id, environment, status, url, log, created_at, completed_at)
select p.id, e.environment, 'SUCCEEDED', case e.environment when 'production' then p.deployment_url end, 'Uploaded, migrated, healthy.',
  p.deployed_at - e.before, p.deployed_at - e.before + interval '70 seconds'
from app_builder.projects as p
cross join (values ('staging', interval '2 hours'), ('production', interval '70 seconds')) as e (environment, before)
where p.status = 'DEPLOYED';

-- Keys whose clear text nobody knows.
insert into app_builder.api_keys (user_id, name, key_prefix, key_hash, created_at, last_used_at)
select p.id, 'Continuous integration', left(k.key, 8), hedgerow.api_key_digest(k.key), now() - interval '20 days', now() - p.n * interval '1 hour'
from ab_person as p cross join lateral (select hedgerow.new_api_key('ab_') as key, p.n) as k
where p.n % 3 = 0;
