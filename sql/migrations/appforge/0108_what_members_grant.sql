-- As in 0002, but that custom permissions, too, are granted only by who holds them (AF-10), and permissions through a team only by its members (AF-11).

create or replace function appforge_private.guard_member() returns trigger
language plpgsql set search_path = ''
as $$
declare
  actor appforge.team_role;
  beyond text;
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
  -- What the row allows and did not allow before, its writer has to be allowed themselves; an owner may give themselves anything anyway.
  if tg_op <> 'DELETE' and actor <> 'owner' then
    select string_agg(distinct p.permission, ', ') into beyond
    from appforge.role_permissions as p
    cross join (
      select m.role, m.permissions from appforge.team_members as m where m.team_id = new.team_id and m.user_id = appforge_private.me()) as own
    where appforge_private.member_allows(new.role, new.permissions, p.permission)
      and not (tg_op = 'UPDATE' and appforge_private.member_allows(old.role, old.permissions, p.permission))
      and not appforge_private.member_allows(own.role, own.permissions, p.permission);
    if beyond is not null then
      raise sqlstate 'PT403' using message = format('you do not hold what this would grant: %s', beyond), hint = 'Nobody grants more than they hold.';
    end if;
  end if;
  return case tg_op when 'DELETE' then old else new end;
end
$$;

create or replace function appforge_private.guard_permission() returns trigger
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
  -- Whoever is outside of a team learns nothing of who is in it: this is what check_team says.
  if tg_op = 'INSERT' and new.team_id is not null and appforge_private.team_role(new.team_id) is null then
    raise sqlstate 'PT409' using message = 'who gets a permission through a team is a member of it', hint = 'Leave team_id out, or add them to the team.';
  end if;
  if tg_op <> 'DELETE' then
    new.granted_by := appforge_private.me();
  end if;
  return case tg_op when 'DELETE' then old else new end;
end
$$;
