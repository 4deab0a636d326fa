-- Who may do what with which project, as functions that the policies of this schema call: STABLE SECURITY DEFINER, asked once a statement with
-- `(select …)`; they give arrays, which an index on project_id (or app_id, team_id) answers. A policy reads
--
--   using (project_id = any ((select appforge_private.project_ids(1))::text[]))      -- 1 view, 2 edit, 3 admin, 4 own

create or replace function appforge_private.project_ids(at_least int) returns text[]
language plpgsql stable security definer parallel safe set search_path = '' as $$
declare
  who constant text := appforge_private.me();
begin
  return array(
    select p.id from appforge.projects as p where p.owner_id = who
    union
    select g.project_id from appforge.project_permissions as g
    where g.user_id = who and appforge_private.rank(g.permission_type) >= at_least
      and (g.team_id is null or exists (select from appforge.team_members as m where m.team_id = g.team_id and m.user_id = who))
    union
    select p.id from appforge.projects as p
    where p.team_id = any (array(
      select m.team_id from appforge.team_members as m where m.user_id = who and appforge_private.member_rank(m.role, m.permissions) >= at_least)));
end $$;
comment on function appforge_private.project_ids(int) is 'The projects with which the signed-in person may do at least that: 1 view, 2 edit, 3 admin, 4 own';

create or replace function appforge_private.app_ids(at_least int) returns text[]
language plpgsql stable security definer parallel safe set search_path = '' as $$
begin
  return array(select a.id from appforge.apps as a where a.project_id = any (appforge_private.project_ids(at_least)));
end $$;
comment on function appforge_private.app_ids(int) is 'The apps of those projects';

create or replace function appforge_private.integration_ids(at_least int) returns text[]
language plpgsql stable security definer parallel safe set search_path = '' as $$
begin
  return array(select c.id from appforge.integration_configs as c where c.project_id = any (appforge_private.project_ids(at_least)));
end $$;
comment on function appforge_private.integration_ids(int) is 'The integrations of those projects';

create or replace function appforge_private.team_ids(at_least appforge.team_role) returns text[]
language plpgsql stable security definer parallel safe set search_path = '' as $$
begin
  return array(select m.team_id from appforge.team_members as m where m.user_id = appforge_private.me() and m.role <= at_least); -- owner < … < viewer
end $$;
comment on function appforge_private.team_ids(appforge.team_role) is 'The teams in which the signed-in person is at least that';

create or replace function appforge_private.managed_team_ids() returns text[]
language plpgsql stable security definer parallel safe set search_path = '' as $$
begin
  return array(
    select m.team_id from appforge.team_members as m
    where m.user_id = appforge_private.me() and appforge_private.member_allows(m.role, m.permissions, 'manage_members'));
end $$;
comment on function appforge_private.managed_team_ids() is 'The teams whose members the signed-in person manages';

create or replace function appforge_private.bought_template_ids() returns text[]
language plpgsql stable security definer parallel safe set search_path = '' as $$
begin
  return array(
    select p.template_id from appforge.marketplace_purchases as p
    where p.buyer_id = appforge_private.me() and p.payment_status = 'completed');
end $$;
comment on function appforge_private.bought_template_ids() is 'The templates that the signed-in person bought, and paid for';

create or replace function appforge_private.own_template_ids() returns text[]
language plpgsql stable security definer parallel safe set search_path = '' as $$
begin
  return array(select t.id from appforge.templates as t where t.creator_id = appforge_private.me());
end $$;
comment on function appforge_private.own_template_ids() is 'The templates that the signed-in person made';

create or replace function appforge_private.sees_template(template text) returns boolean
language plpgsql stable security definer parallel safe set search_path = '' as $$
begin
  return exists (
    select from appforge.templates as t where t.id = template and (t.status = 'published' or t.creator_id = appforge_private.me()));
end $$;
comment on function appforge_private.sees_template(text) is 'Whether everybody, or the signed-in person, sees the template';

create or replace function appforge_private.sees_rating(rating text) returns boolean
language plpgsql stable security definer parallel safe set search_path = '' as $$
begin
  return exists (
    select from appforge.template_ratings as r
    where r.id = sees_rating.rating and r.user_id <> appforge_private.me() and appforge_private.sees_template(r.template_id));
end $$;
comment on function appforge_private.sees_rating(text) is 'Whether it is somebody else''s rating of a template that the signed-in person sees';

do $$
declare
  made regprocedure;
begin
  for made in
    select p.oid from pg_proc as p where p.pronamespace = 'appforge_private'::regnamespace
      and p.proname in ('project_ids', 'app_ids', 'integration_ids', 'team_ids', 'managed_team_ids', 'bought_template_ids', 'own_template_ids',
        'sees_template', 'sees_rating')
  loop
    execute format('alter function %s owner to hedgerow_definer', made);
    execute format('grant execute on function %s to anon, authenticated, service_role', made);
  end loop;
end $$;
