-- Teams and permissions (AF-10, AF-11): who becomes what, and who may make them so. Who may touch whose row at all is RLS; these compare a row
-- before and after.

create function appforge_private.add_creator_as_owner() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if new.created_by is not null then
    insert into appforge.team_members (team_id, user_id, role) values (new.id, new.created_by, 'owner');
  end if;
  return null;
end
$$;
comment on function appforge_private.add_creator_as_owner() is 'Row trigger: whoever makes a team owns it';
alter function appforge_private.add_creator_as_owner() owner to hedgerow_definer;
create trigger add_creator_as_owner after insert on appforge.teams
  for each row execute function appforge_private.add_creator_as_owner();

create function appforge_private.check_permissions() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  odd text;
begin
  select string_agg(e.key, ', ') into odd from jsonb_each(case jsonb_typeof(new.permissions) when 'object' then new.permissions else '{"permissions": 0}' end) as e
  where jsonb_typeof(e.value) <> 'boolean' or not exists (select from appforge.role_permissions as p where p.permission = e.key);
  if odd is not null then
    raise sqlstate 'PT400' using
      message = format('permissions names what no role has: %s', odd),
      hint = (select 'It is an object of booleans by these names: ' || string_agg(distinct p.permission, ', ') || '.' from appforge.role_permissions as p);
  end if;
  return new;
end
$$;
comment on function appforge_private.check_permissions() is 'Row trigger: a member''s permissions narrow or widen what the role table names, nothing else';
alter function appforge_private.check_permissions() owner to hedgerow_definer;
create trigger check_permissions before insert or update of permissions on appforge.team_members
  for each row execute function appforge_private.check_permissions();

-- SECURITY INVOKER: it speaks for clients' own statements.
create function appforge_private.guard_member() returns trigger
language plpgsql set search_path = ''
as $$
declare
  actor appforge.team_role;
begin
  if current_user not in ('anon', 'authenticated') then
    return case tg_op when 'DELETE' then old else new end;
  end if;
  actor := appforge_private.team_role(case tg_op when 'DELETE' then old.team_id else new.team_id end);
  if actor is null or tg_op = 'DELETE' and old.user_id = appforge_private.me() then
    return case tg_op when 'DELETE' then old else new end; -- a stranger is RLS's business; leaving needs no rank
  end if;
  if tg_op = 'UPDATE' and (old.team_id, old.user_id) is distinct from (new.team_id, new.user_id) then
    raise sqlstate 'PT403' using message = 'a membership stays with its team and person', hint = 'Remove it and add another.';
  end if;
  -- owner < admin < editor < viewer: a higher role is a smaller value.
  if tg_op <> 'INSERT' and old.role < actor or tg_op <> 'DELETE' and new.role < actor then
    raise sqlstate 'PT403' using
      message = format('a team''s %s does not make, change or remove its %s', actor, case when tg_op <> 'INSERT' and old.role < actor then old.role else new.role end),
      hint = 'Nobody grants more than they hold.';
  end if;
  if tg_op = 'UPDATE' and old.user_id = appforge_private.me() and new.permissions is distinct from old.permissions and actor <> 'owner' then
    raise sqlstate 'PT403' using message = 'nobody widens their own permissions', hint = 'Ask an owner.';
  end if;
  return case tg_op when 'DELETE' then old else new end;
end
$$;
comment on function appforge_private.guard_member() is 'Row trigger: nobody grants more than they hold, nobody touches those above them';
create trigger guard_member before insert or update or delete on appforge.team_members
  for each row execute function appforge_private.guard_member();

create function appforge_private.keep_an_owner() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  -- The team's lock makes several owners who leave at once see each other; without a team, or a person, all goes.
  perform from appforge.teams as t where t.id = old.team_id for no key update;
  if found and exists (select from appforge.users as u where u.id = old.user_id and u.auth_id is not null) and not exists (
    select from appforge.team_members as m where m.team_id = old.team_id and m.role = 'owner' and m.id <> old.id) then
    raise sqlstate 'PT409' using message = 'a team keeps an owner', hint = 'Make somebody else owner first, or delete the team.';
  end if;
  return case tg_op when 'DELETE' then old else new end;
end
$$;
comment on function appforge_private.keep_an_owner() is 'Row trigger: the last owner of a team stays';
alter function appforge_private.keep_an_owner() owner to hedgerow_definer;
create trigger keep_an_owner_on_delete before delete on appforge.team_members
  for each row when (old.role = 'owner') execute function appforge_private.keep_an_owner();
create trigger keep_an_owner_on_update before update on appforge.team_members
  for each row when (old.role = 'owner' and new.role <> 'owner') execute function appforge_private.keep_an_owner();

-- When an account goes, its teams must not be left without an owner: the longest-standing highest other member becomes one, else the team goes.
create function appforge_private.pass_team_on() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if not exists (select from appforge.teams as t where t.id = old.team_id) or exists (
    select from appforge.team_members as m where m.team_id = old.team_id and m.role = 'owner') then
    return null;
  end if;
  update appforge.team_members as m set role = 'owner'
  where m.id = (select n.id from appforge.team_members as n where n.team_id = old.team_id order by n.role, n.joined_at, n.id limit 1);
  if not found then
    delete from appforge.teams as t where t.id = old.team_id;
  end if;
  return null;
end
$$;
comment on function appforge_private.pass_team_on() is 'Row trigger: a team whose last owner''s account went has another, or goes too';
alter function appforge_private.pass_team_on() owner to hedgerow_definer;
create trigger pass_team_on after delete on appforge.team_members
  for each row when (old.role = 'owner') execute function appforge_private.pass_team_on();

create function appforge_private.guard_permission() returns trigger
language plpgsql set search_path = ''
as $$
declare
  actor int;
begin
  if current_user not in ('anon', 'authenticated') then
    return case tg_op when 'DELETE' then old else new end;
  end if;
  actor := appforge_private.project_rank(case tg_op when 'DELETE' then old.project_id else new.project_id end);
  if actor = 0 or tg_op = 'DELETE' and old.user_id = appforge_private.me() then
    return case tg_op when 'DELETE' then old else new end; -- a stranger is RLS's business; one's own permission one may give up
  end if;
  if tg_op = 'UPDATE' and (old.project_id, old.user_id, old.team_id) is distinct from (new.project_id, new.user_id, new.team_id) then
    raise sqlstate 'PT403' using message = 'a permission stays with its project, person and team', hint = 'Remove it and grant another.';
  end if;
  if tg_op <> 'INSERT' and appforge_private.rank(old.permission_type) > actor or tg_op <> 'DELETE' and appforge_private.rank(new.permission_type) > actor then
    raise sqlstate 'PT403' using
      message = format('"%s" is above what you hold in this project',
        case when tg_op <> 'INSERT' and appforge_private.rank(old.permission_type) > actor then old.permission_type else new.permission_type end),
      hint = 'Nobody grants above their own.';
  end if;
  if tg_op <> 'DELETE' then
    new.granted_by := appforge_private.me();
  end if;
  return case tg_op when 'DELETE' then old else new end;
end
$$;
comment on function appforge_private.guard_permission() is 'Row trigger: nobody grants above their own; granted_by is who did';
create trigger guard_permission before insert or update or delete on appforge.project_permissions
  for each row execute function appforge_private.guard_permission();

create function appforge_private.check_team_permission() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if new.team_id is not null and not exists (
    select from appforge.team_members as m where m.team_id = new.team_id and m.user_id = new.user_id) then
    raise sqlstate 'PT409' using message = 'who gets a permission through a team is a member of it', hint = 'Leave team_id out, or add them to the team.';
  end if;
  return new;
end
$$;
comment on function appforge_private.check_team_permission() is 'Row trigger: a permission through a team is for its members';
alter function appforge_private.check_team_permission() owner to hedgerow_definer;
create trigger check_team before insert or update of team_id, user_id on appforge.project_permissions
  for each row execute function appforge_private.check_team_permission();

create function appforge_private.end_team_permissions() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  delete from appforge.project_permissions as g where g.team_id = old.team_id and g.user_id = old.user_id;
  return null;
end
$$;
comment on function appforge_private.end_team_permissions() is 'Row trigger: what was granted through a team ends with the membership';
alter function appforge_private.end_team_permissions() owner to hedgerow_definer;
create trigger end_team_permissions after delete on appforge.team_members
  for each row execute function appforge_private.end_team_permissions();

create function appforge.share_with_team(project_id text, team_id text, permission appforge.permission_type default 'view')
returns setof appforge.project_permissions
language plpgsql set search_path = ''
as $$
begin
  -- SECURITY INVOKER: RLS and the triggers decide for each row as they do for a POST; members of the team are seen by members alone.
  return query
    insert into appforge.project_permissions as g (project_id, user_id, team_id, permission_type)
    select share_with_team.project_id, m.user_id, share_with_team.team_id, share_with_team.permission
    from appforge.team_members as m
    where m.team_id = share_with_team.team_id and m.user_id <> appforge_private.me()
    on conflict on constraint project_permissions_project_id_user_id_key do nothing
    returning g.*;
end
$$;
comment on function appforge.share_with_team(text, text, appforge.permission_type) is
  'Grants everybody in a team of yours a permission on a project

It holds for each as long as they are in the team. Permissions that there are stay as they are.';
grant execute on function appforge.share_with_team(text, text, appforge.permission_type) to authenticated;

create function appforge.list_members(team_id text) returns table (user_id text, role appforge.team_role, name text, email text, avatar_url text, joined_at timestamptz)
language plpgsql stable security definer set search_path = ''
as $$
begin
  if appforge_private.team_role(list_members.team_id) is null then
    return; -- nothing, as a table would show
  end if;
  return query
    select m.user_id, m.role, u.name, u.email, u.avatar_url, m.joined_at
    from appforge.team_members as m join appforge.users as u on u.id = m.user_id
    where m.team_id = list_members.team_id order by m.role, m.joined_at, m.id;
end
$$;
comment on function appforge.list_members(text) is 'The people of a team with names and addresses, for its members';
alter function appforge.list_members(text) owner to hedgerow_definer;
grant execute on function appforge.list_members(text) to authenticated;

-- A project's owner and team change hands only as far as its writer may.
create function appforge_private.guard_project() returns trigger
language plpgsql set search_path = ''
as $$
begin
  if current_user not in ('anon', 'authenticated') then
    return new;
  end if;
  if tg_op = 'UPDATE' and new.team_id is distinct from old.team_id and appforge_private.project_rank(old.id) < 4 then
    raise sqlstate 'PT403' using message = 'only owners of a project change its team', hint = 'Ask one of them.';
  end if;
  if new.team_id is not null and (tg_op = 'INSERT' or new.team_id is distinct from old.team_id)
     and coalesce(appforge_private.team_role(new.team_id), 'viewer') > 'editor' then
    raise sqlstate 'PT403' using message = 'a project goes to a team in which you are editor or above', hint = 'teams lists yours.';
  end if;
  return new;
end
$$;
comment on function appforge_private.guard_project() is 'Row trigger: a project goes only to a team of its writer''s';
create trigger guard_project before insert or update on appforge.projects
  for each row execute function appforge_private.guard_project();

create function appforge.rotate_app_key(app_id text) returns text
language plpgsql security definer set search_path = ''
as $$
declare
  key constant text := hedgerow.new_api_key('af_');
begin
  update appforge.apps as a set key_prefix = left(key, 8), key_hash = hedgerow.api_key_digest(key)
  where a.id = rotate_app_key.app_id and appforge_private.project_rank(a.project_id) >= 3;
  if not found then
    raise sqlstate 'PT404' using message = format('there is no app %s that you administer', rotate_app_key.app_id), hint = 'Ask an admin of its project.';
  end if;
  return key;
end
$$;
comment on function appforge.rotate_app_key(text) is 'Gives an app a new key to report with, and shows it, this once; the old one ends. For admins of its project';
alter function appforge.rotate_app_key(text) owner to hedgerow_definer;
grant execute on function appforge.rotate_app_key(text) to authenticated;
