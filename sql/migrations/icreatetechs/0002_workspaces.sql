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
