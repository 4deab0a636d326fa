-- iCreateTechs: projects of a workspace.

create table public.projects (
  id uuid primary key default gen_random_uuid(),
  workspace_id uuid not null references public.workspaces (id) on delete cascade,
  name text not null,
  slug text not null,
  description text,
  repository_url text,
  language text,
  framework text,
  visibility text default 'private' check (visibility in ('public', 'private', 'team')),
  settings jsonb default '{}',
  last_accessed_at timestamptz default now(),
  created_at timestamptz default now(),
  updated_at timestamptz default now(),
  unique (workspace_id, slug),
  constraint projects_name_not_blank check (name ~ '\S'),
  constraint projects_slug_is_url_safe check (slug ~ '^[a-z0-9]+([._-][a-z0-9]+)*$' and char_length(slug) <= 100)
);

comment on table public.projects is 'A coding project in a workspace';
comment on column public.projects.visibility is 'private and team: the workspace''s members; public: everybody reads, signed in or not';
comment on column public.projects.last_accessed_at is 'Moves with work in the project, and by rpc/touch_project; at most once a minute';

create index idx_projects_workspace on public.projects (workspace_id);
create index idx_projects_slug on public.projects (workspace_id, slug);
create index idx_projects_last_accessed on public.projects (last_accessed_at desc);
create index idx_projects_settings on public.projects using gin (settings);
-- What strangers and anon may read is a small part: their lists must not walk through everybody's projects.
create index idx_projects_public on public.projects (visibility) where visibility = 'public';

alter table public.projects enable row level security;
alter table public.projects force row level security;

create trigger update_projects_updated_at before update on public.projects
  for each row execute function public.update_updated_at_column();
