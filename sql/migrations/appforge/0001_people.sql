-- AppForge (seed 000): people, teams, projects and apps. The seed writes MySQL; here its ENUMs are enum types, JSON is jsonb, LONGBLOB bytea,
-- VARCHAR keys cuids made in the database. The users, projects, apps and teams that it presumes are made here.

select hedgerow.make_app_schema('appforge', 'AppForge

Applications built by teams: a marketplace of templates, monitoring, collaboration, integrations, deployments, security and audit.');

create type appforge.team_role as enum ('owner', 'admin', 'editor', 'viewer');
create type appforge.permission_type as enum ('view', 'edit', 'admin', 'own'); -- in the order of what they allow
create type appforge.error_severity as enum ('low', 'medium', 'high', 'critical');
create type appforge.alert_type as enum ('email', 'slack', 'sms');

create table appforge.users (
  id text primary key,
  auth_id uuid unique references auth.users (id) on delete set null,
  email text,
  name text,
  avatar_url text,
  alert_channel appforge.alert_type default 'email',
  alert_severity appforge.error_severity not null default 'high',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on table appforge.users is
  'A person

The row comes with the account in auth.users, and goes with it unless it stands in a purchase: then it stays without name and address.';
comment on column appforge.users.id is 'The account''s id, as text';
comment on column appforge.users.auth_id is 'The account; null when it is gone';
comment on column appforge.users.alert_channel is 'How to tell them about errors: email, slack, sms. Null: not at all';
comment on column appforge.users.alert_severity is 'From which severity on';

create table appforge.teams (
  id text primary key default hedgerow.cuid(),
  name text not null check (name ~ '\S'),
  created_by text references appforge.users (id) on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index teams_created_by_idx on appforge.teams (created_by);
comment on table appforge.teams is 'People who build together. Whoever makes a team becomes its owner';

create table appforge.role_permissions (
  permission text not null,
  role appforge.team_role not null,
  allowed boolean not null,
  primary key (permission, role)
);
comment on table appforge.role_permissions is 'What a role in a team allows. A member''s own `permissions` may narrow or widen what is named here, and name nothing else';
set local role hedgerow_definer;
insert into appforge.role_permissions (permission, role, allowed)
select p.permission, r.role, r.role <= p.least
from (values ('view_projects', 'viewer'::appforge.team_role), ('edit_projects', 'editor'), ('manage_projects', 'admin'), ('manage_members', 'admin')) as p (permission, least)
cross join unnest(enum_range(null::appforge.team_role)) as r (role); -- owner < admin < editor < viewer
set local role hedgerow_admin;

create table appforge.team_members (
  id text primary key default hedgerow.cuid(),
  team_id text not null references appforge.teams (id) on delete cascade,
  user_id text not null references appforge.users (id) on delete cascade,
  role appforge.team_role not null default 'viewer',
  joined_at timestamptz not null default now(),
  permissions jsonb not null default '{}',
  unique (team_id, user_id)
);
create index idx_team_members_team on appforge.team_members (team_id);
create index idx_team_members_user on appforge.team_members (user_id);
comment on table appforge.team_members is 'Who belongs to which team, as owner, admin, editor or viewer';
comment on column appforge.team_members.permissions is
  'What differs from the role: an object of booleans by the names in role_permissions, such as {"edit_projects": false}';

create table appforge.projects (
  id text primary key default hedgerow.cuid(),
  owner_id text not null references appforge.users (id) on delete cascade,
  team_id text references appforge.teams (id) on delete set null,
  name text not null check (name ~ '\S'),
  description text,
  definition jsonb not null default '{}' check (jsonb_typeof(definition) = 'object'),
  settings jsonb not null default '{}' check (jsonb_typeof(settings) = 'object'),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index projects_owner_idx on appforge.projects (owner_id);
create index projects_team_idx on appforge.projects (team_id);
comment on table appforge.projects is 'What is being built. Its owner, its team by their roles, and whoever has a permission may work on it';
comment on column appforge.projects.definition is 'Pages, functions and data models: a JSON object';

create table appforge.project_permissions (
  id text primary key default hedgerow.cuid(),
  project_id text not null references appforge.projects (id) on delete cascade,
  user_id text not null references appforge.users (id) on delete cascade,
  team_id text references appforge.teams (id) on delete cascade,
  permission_type appforge.permission_type not null default 'view',
  granted_at timestamptz not null default now(),
  granted_by text references appforge.users (id) on delete set null,
  unique (project_id, user_id)
);
create index idx_permissions_project on appforge.project_permissions (project_id);
create index idx_permissions_user on appforge.project_permissions (user_id);
create index idx_permissions_team on appforge.project_permissions (team_id);
comment on table appforge.project_permissions is 'Who may view, edit, administer or own a project beside its team. Nobody grants above their own';
comment on column appforge.project_permissions.team_id is 'The team through which it was granted (`rpc/share_with_team`): it holds as long as the person is a member';
comment on column appforge.project_permissions.granted_by is 'Set by the database';

create table appforge.apps (
  id text primary key default hedgerow.cuid(),
  project_id text not null references appforge.projects (id) on delete cascade,
  name text not null check (name ~ '\S'),
  url text,
  key_prefix text,
  key_hash text unique,
  alert_thresholds jsonb not null default '{"low": 100, "medium": 10, "high": 1, "critical": 1}' check (jsonb_typeof(alert_thresholds) = 'object'),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index apps_project_idx on appforge.apps (project_id);
comment on table appforge.apps is 'A running application of a project';
comment on column appforge.apps.key_prefix is 'How the key begins with which it reports metrics and errors (`rpc/rotate_app_key`)';
comment on column appforge.apps.alert_thresholds is 'From how many occurrences on an error of each severity is told to the members';

do $$
declare
  made regclass;
begin
  foreach made in array '{appforge.users,appforge.teams,appforge.role_permissions,appforge.team_members,appforge.projects,appforge.project_permissions,appforge.apps}'::regclass[] loop
    execute format('alter table %s enable row level security, force row level security', made);
    if exists (select from pg_attribute where attrelid = made and attname = 'updated_at') then
      execute format('create trigger touch_updated_at before update on %s for each row execute function hedgerow.touch_updated_at()', made);
    end if;
  end loop;
end $$;

-- C-01. The id is the account's, so that whoever has a session knows it.
create function appforge_private.sync_user() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  insert into appforge.users as u (id, auth_id, email, name)
  values (new.id::text, new.id, nullif(new.email, ''), new.raw_user_meta_data ->> 'full_name')
  on conflict (id) do update set email = excluded.email where u.email is distinct from excluded.email;
  return null;
end
$$;
comment on function appforge_private.sync_user() is 'Row trigger on auth.users: makes the profile, and carries a changed address over';
alter function appforge_private.sync_user() owner to hedgerow_definer;
create trigger on_auth_user_created_appforge after insert or update of email on auth.users
  for each row execute function appforge_private.sync_user();

set local role hedgerow_definer;
insert into appforge.users (id, auth_id, email, name)
select id::text, id, nullif(email, ''), raw_user_meta_data ->> 'full_name' from auth.users;
set local role hedgerow_admin;

create function appforge_private.me() returns text
language plpgsql stable security definer parallel safe set search_path = ''
as $$
begin
  return (select u.id from appforge.users as u where u.auth_id = auth.uid());
end
$$;
comment on function appforge_private.me() is 'The signed-in person''s id';
alter function appforge_private.me() owner to hedgerow_definer;
grant execute on function appforge_private.me() to anon, authenticated, service_role;
alter table appforge.projects alter column owner_id set default appforge_private.me();
alter table appforge.teams alter column created_by set default appforge_private.me();

-- What somebody may do with a project: 0 nothing, 1 view, 2 edit, 3 admin, 4 own (AF-10, AF-11).
create function appforge_private.rank(permission appforge.permission_type) returns int
language sql immutable parallel safe -- no SET clause: so it is inlined
as $$
  select case permission when 'own' then 4 when 'admin' then 3 when 'edit' then 2 when 'view' then 1 else 0 end
$$;
comment on function appforge_private.rank(appforge.permission_type) is 'own 4, admin 3, edit 2, view 1: to compare permissions';

create function appforge_private.member_allows(role appforge.team_role, permissions jsonb, permission text) returns boolean
language plpgsql stable security definer parallel safe set search_path = ''
as $$
begin
  return coalesce(
    (member_allows.permissions ->> member_allows.permission)::boolean,
    (select p.allowed from appforge.role_permissions as p where p.permission = member_allows.permission and p.role = member_allows.role), false);
end
$$;
comment on function appforge_private.member_allows(appforge.team_role, jsonb, text) is 'Whether a member may: their own permissions first, then their role''s';

create function appforge_private.member_rank(role appforge.team_role, permissions jsonb) returns int
language sql stable parallel safe set search_path = ''
as $$
  select case
    when appforge_private.member_allows(role, permissions, 'manage_projects') then case role when 'owner' then 4 else 3 end
    when appforge_private.member_allows(role, permissions, 'edit_projects') then 2
    when appforge_private.member_allows(role, permissions, 'view_projects') then 1
    else 0 end
$$;
comment on function appforge_private.member_rank(appforge.team_role, jsonb) is 'What a member may do with the team''s projects, 0 to 4';

create function appforge_private.project_rank(project text, person text default appforge_private.me()) returns int
language plpgsql stable security definer parallel safe set search_path = ''
as $$
begin
  return coalesce((
    select max(r.rank) from (
      select 4 from appforge.projects as p where p.id = project and p.owner_id = person
      union all
      select appforge_private.rank(g.permission_type) from appforge.project_permissions as g
      where g.project_id = project and g.user_id = person
        and (g.team_id is null or exists (select from appforge.team_members as m where m.team_id = g.team_id and m.user_id = person))
      union all
      select appforge_private.member_rank(m.role, m.permissions) from appforge.projects as p
      join appforge.team_members as m on m.team_id = p.team_id and m.user_id = person
      where p.id = project) as r (rank)), 0);
end
$$;
comment on function appforge_private.project_rank(text, text) is 'What a person may do with a project, 0 to 4. For checks of one row; lists use project_ids()';

create function appforge_private.team_role(team text) returns appforge.team_role
language plpgsql stable security definer parallel safe set search_path = ''
as $$
begin
  return (select m.role from appforge.team_members as m where m.team_id = team and m.user_id = appforge_private.me());
end
$$;
comment on function appforge_private.team_role(text) is 'What the signed-in person is in a team, or null';

do $$
declare
  made regprocedure;
begin
  for made in
    select p.oid from pg_proc as p where p.pronamespace = 'appforge_private'::regnamespace
      and p.proname in ('rank', 'member_allows', 'member_rank', 'project_rank', 'team_role')
  loop
    execute format('alter function %s owner to hedgerow_definer', made);
    execute format('grant execute on function %s to anon, authenticated, service_role', made);
  end loop;
end $$;
