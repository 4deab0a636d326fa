-- What a client would otherwise join by hand. security_invoker: whoever asks sees through them what the tables show.

create view app_builder.project_overview with (security_invoker = true) as
select p.id, p.name, p.description, p.template, p.status, p.user_id, p.features, p.created_at, p.updated_at, p.deployed_at, p.deployment_url,
  d.id as deployment_id, d.environment as deployment_environment, d.status as deployment_status, d.created_at as deployment_created_at,
  g.generations, g.tokens_used
from app_builder.projects as p
left join lateral (
  select x.id, x.environment, x.status, x.created_at from app_builder.deployments as x
  where x.project_id = p.id order by x.created_at desc, x.id desc limit 1) as d on true
cross join lateral (
  select count(*) as generations, coalesce(sum(x.tokens_used), 0) as tokens_used from app_builder.generations as x where x.project_id = p.id) as g;
comment on view app_builder.project_overview is 'Projects with their latest deployment and what was generated for them';
comment on column app_builder.project_overview.deployment_status is 'Of the latest deployment; null when there is none';
comment on column app_builder.project_overview.generations is 'How many there were';
comment on column app_builder.project_overview.tokens_used is 'By all of them';
grant select on app_builder.project_overview to authenticated, service_role;
