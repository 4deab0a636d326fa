-- What a client would otherwise join by hand.

-- Owned by the definer: beside what everybody may see of a published template it shows its creator's name.
create view appforge.template_catalog with (security_barrier = true) as
select t.id, t.name, t.description, t.category, t.tags, t.price, t.preview_image_url, t.version, t.downloads, t.rating, t.review_count,
  t.creator_id, u.name as creator_name, u.avatar_url as creator_avatar, t.search_vector, t.created_at, t.updated_at
from appforge.templates as t join appforge.users as u on u.id = t.creator_id
where t.status = 'published';
comment on view appforge.template_catalog is 'Published templates with their rating and creator';
alter view appforge.template_catalog owner to hedgerow_definer;
grant select on appforge.template_catalog to anon, authenticated, service_role;

create view appforge.project_overview with (security_invoker = true) as
select p.id, p.name, p.description, p.owner_id, p.team_id, p.created_at, p.updated_at,
  a.apps, v.version_number as current_version,
  d.id as deployment_id, d.app_id as deployment_app_id, d.version as deployment_version, d.environment as deployment_environment,
  d.status as deployment_status, d.created_at as deployment_created_at
from appforge.projects as p
cross join lateral (select count(*) as apps from appforge.apps as x where x.project_id = p.id) as a
left join lateral (select x.version_number from appforge.project_versions as x where x.project_id = p.id and x.is_current) as v on true
left join lateral (
  select x.* from appforge.apps as y join appforge.deployments as x on x.app_id = y.id
  where y.project_id = p.id order by x.created_at desc, x.id desc limit 1) as d on true;
comment on view appforge.project_overview is 'Projects with how many apps they have, their current version and their latest deployment';
grant select on appforge.project_overview to authenticated, service_role;

create view appforge.creator_earnings with (security_invoker = true) as
select c.creator_id, c.status, count(*) as sales, sum(c.amount) as amount
from appforge.commissions as c group by c.creator_id, c.status;
comment on view appforge.creator_earnings is 'What you earned, by how far it is paid out, in cents';
grant select on appforge.creator_earnings to authenticated, service_role;
