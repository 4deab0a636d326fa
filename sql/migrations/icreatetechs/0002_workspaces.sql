-- iCreateTechs: workspaces and who belongs to them.

create table public.workspaces (
  id uuid primary key default gen_random_uuid(),
  name text not null,
  slug text unique not null,
  description text,
  owner_id uuid not null default auth.uid() references public.users (id) on delete cascade,
  settings jsonb default '{}',
  is_active boolean default true,
  created_at timestamptz default now(),
  updated_at timestamptz default now(),
  constraint workspaces_name_not_blank check (name ~ '\S'),
  constraint workspaces_slug_is_url_safe check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and char_length(slug) <= 63)
);

comment on table public.workspaces is 'The container of projects and of the people who work on them';
comment on column public.workspaces.slug is 'For URLs: lower-case letters, digits and single hyphens, at most 63 characters, unique';
comment on column public.workspaces.owner_id is 'The first among the owners. Moves by rpc/transfer_ownership, never by update';

create index idx_workspaces_owner on public.workspaces (owner_id);
create index idx_workspaces_slug on public.workspaces (slug);

create table public.workspace_members (
  id uuid primary key default gen_random_uuid(),
  workspace_id uuid not null references public.workspaces (id) on delete cascade,
  user_id uuid not null references public.users (id) on delete cascade,
  role text not null check (role in ('owner', 'admin', 'member', 'viewer')),
  invited_by uuid default auth.uid() references public.users (id) on delete set null,
  joined_at timestamptz default now(),
  unique (workspace_id, user_id)
);

comment on table public.workspace_members is 'Who belongs to a workspace, and as what: owner > admin > member > viewer';
comment on column public.workspace_members.invited_by is 'Who brought them in; null for the workspace''s creator';

create index idx_workspace_members_workspace on public.workspace_members (workspace_id);
create index idx_workspace_members_user on public.workspace_members (user_id);
-- Not the seed's: deleting an account or a file looks here for its references.
create index idx_workspace_members_invited_by on public.workspace_members (invited_by) where invited_by is not null;

alter table public.workspaces enable row level security;
alter table public.workspaces force row level security;
alter table public.workspace_members enable row level security;
alter table public.workspace_members force row level security;

create trigger update_workspaces_updated_at before update on public.workspaces
  for each row execute function public.update_updated_at_column();

create trigger keep_columns before update on public.workspaces
  for each row when (old.id is distinct from new.id)
  execute function hedgerow.refuse_change('id');

create trigger keep_columns before update on public.workspace_members
  for each row when ((old.id, old.workspace_id, old.user_id) is distinct from (new.id, new.workspace_id, new.user_id))
  execute function hedgerow.refuse_change('id', 'workspace_id', 'user_id');

-- A workspace always has an owner, and owner_id is always one of them. These rules bind everybody, service_role included.

create function hedgerow.add_creator_as_owner() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into public.workspace_members (workspace_id, user_id, role, invited_by)
  values (new.id, new.owner_id, 'owner', null);
  return null;
end $$;

comment on function hedgerow.add_creator_as_owner() is 'Row trigger: a new workspace''s owner_id becomes its first member';

-- transfer_ownership, or service_role, moves owner_id: the memberships follow.
create function hedgerow.follow_owner_id() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  -- Asked first, because `on conflict do update` would lock the row of a new owner who is one already: with two owners
  -- who leave at the same moment that lock is held by the other one, who waits for the workspace that is locked here.
  if not exists (
    select from public.workspace_members m
    where m.workspace_id = new.id and m.user_id = new.owner_id and m.role = 'owner') then
    insert into public.workspace_members (workspace_id, user_id, role, invited_by)
    values (new.id, new.owner_id, 'owner', old.owner_id)
    on conflict (workspace_id, user_id) do update set role = 'owner';
  end if;
  update public.workspace_members m set role = 'admin'
  where m.workspace_id = new.id and m.user_id = old.owner_id and m.role = 'owner';
  return null;
end $$;

comment on function hedgerow.follow_owner_id() is 'Row trigger: the new owner_id becomes owner, the former one admin';

create function hedgerow.keep_an_owner() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  -- Everyone who takes an owner away waits here for the others: the count below is then true until this transaction ends.
  perform from public.workspaces w where w.id = old.workspace_id for no key update;
  if not found then
    return case tg_op when 'DELETE' then old else new end; -- the workspace itself is being deleted
  end if;
  if tg_op = 'DELETE' and not exists (select from public.users u where u.id = old.user_id) then
    return old; -- the account is being deleted: if it is the owner_id, the workspace goes with it
  end if;
  if not exists (
    select from public.workspace_members m
    where m.workspace_id = old.workspace_id and m.role = 'owner' and m.id <> old.id) then
    raise sqlstate 'PT409' using
      message = 'a workspace cannot lose its last owner',
      hint = 'Transfer the ownership first (rpc/transfer_ownership), or delete the workspace.';
  end if;
  return case tg_op when 'DELETE' then old else new end;
end $$;

comment on function hedgerow.keep_an_owner() is 'Row trigger: refuses to demote or remove the last owner, also when several leave at once';

create function hedgerow.pass_owner_id_on() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update public.workspaces w
  set owner_id = (
    select m.user_id from public.workspace_members m
    where m.workspace_id = w.id and m.role = 'owner'
    order by m.joined_at, m.id limit 1)
  where w.id = old.workspace_id and w.owner_id = old.user_id
    and exists (select from public.users u where u.id = old.user_id);
  return null;
end $$;

comment on function hedgerow.pass_owner_id_on() is 'Row trigger: when the owner_id stops being an owner, the longest-standing other owner takes its place';

alter function hedgerow.add_creator_as_owner() owner to hedgerow_definer;
alter function hedgerow.follow_owner_id() owner to hedgerow_definer;
alter function hedgerow.keep_an_owner() owner to hedgerow_definer;
alter function hedgerow.pass_owner_id_on() owner to hedgerow_definer;

create trigger add_creator_as_owner after insert on public.workspaces
  for each row execute function hedgerow.add_creator_as_owner();

create trigger follow_owner_id after update of owner_id on public.workspaces
  for each row when (old.owner_id is distinct from new.owner_id)
  execute function hedgerow.follow_owner_id();

create trigger keep_an_owner_on_update before update on public.workspace_members
  for each row when (old.role = 'owner' and new.role <> 'owner')
  execute function hedgerow.keep_an_owner();

create trigger keep_an_owner_on_delete before delete on public.workspace_members
  for each row when (old.role = 'owner')
  execute function hedgerow.keep_an_owner();

create trigger pass_owner_id_on_update after update on public.workspace_members
  for each row when (old.role = 'owner' and new.role <> 'owner')
  execute function hedgerow.pass_owner_id_on();

create trigger pass_owner_id_on_delete after delete on public.workspace_members
  for each row when (old.role = 'owner')
  execute function hedgerow.pass_owner_id_on();

-- What a person may do to other people's membership. SECURITY INVOKER: it speaks for a client's own statements on the table;
-- the rpc functions below it run as another user and check for themselves. Who may touch a workspace's members at all is RLS.
create function hedgerow.check_member_rank() returns trigger
language plpgsql set search_path = '' as $$
declare
  actor text;
begin
  if current_user not in ('anon', 'authenticated') then
    return case tg_op when 'DELETE' then old else new end;
  end if;
  if tg_op = 'INSERT' then
    new.invited_by := auth.uid();
  end if;
  actor := hedgerow.workspace_role(case tg_op when 'DELETE' then old.workspace_id else new.workspace_id end);
  if actor is null or tg_op = 'DELETE' and old.user_id = auth.uid() then
    return case tg_op when 'DELETE' then old else new end; -- a stranger is RLS's business; leaving needs no rank
  end if;
  if tg_op <> 'INSERT' and hedgerow.role_rank(old.role) > hedgerow.role_rank(actor) then
    raise sqlstate 'PT403' using
      message = format('a workspace''s %s cannot change or remove its %s', actor, old.role),
      hint = 'Only somebody of the same or a higher role can.';
  end if;
  if tg_op <> 'DELETE' and hedgerow.role_rank(new.role) > hedgerow.role_rank(actor) then
    raise sqlstate 'PT403' using
      message = format('a workspace''s %s cannot make somebody %s', actor, new.role),
      hint = 'Nobody grants more than they hold.';
  end if;
  return case tg_op when 'DELETE' then old else new end;
end $$;

comment on function hedgerow.check_member_rank() is
  'Row trigger: nobody grants more than they hold, nobody touches those above them. Also fills invited_by';

create trigger check_member_rank before insert or update or delete on public.workspace_members
  for each row execute function hedgerow.check_member_rank();
