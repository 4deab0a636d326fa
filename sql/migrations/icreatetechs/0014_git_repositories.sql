-- Git repositories (IC-17): one for each project, kept by the workspace's admins, synchronised by service.

create table public.git_repositories (
  id uuid primary key default gen_random_uuid(),
  project_id uuid not null unique references public.projects (id) on delete cascade,
  provider text not null check (provider in ('github', 'gitlab', 'bitbucket')),
  repo_url text not null,
  repo_full_name text,
  default_branch text default 'main',
  last_sync_at timestamptz,
  sync_status text default 'idle' check (sync_status in ('idle', 'syncing', 'error')),
  created_at timestamptz default now(),
  updated_at timestamptz default now(),
  -- https://user:token@host/… would show a credential to every member.
  constraint git_repositories_url_without_credentials check (repo_url !~ '://[^/@]*:[^/@]*@')
);
create index idx_git_repositories_project on public.git_repositories (project_id);
comment on table public.git_repositories is
  'The git repository of a project. Seen by the workspace''s members, written by its admins; sync_status and last_sync_at by service.';
comment on column public.git_repositories.repo_full_name is 'Such as "owner/name".';

create function hedgerow.time_git_sync() returns trigger
language plpgsql set search_path = ''
as $$
begin
  if old.sync_status = 'syncing' and new.sync_status = 'idle' then
    new.last_sync_at := clock_timestamp();
  end if;
  return new;
end
$$;
comment on function hedgerow.time_git_sync() is 'Trigger: a sync that ends well sets last_sync_at.';
create trigger git_repositories_time_sync before update of sync_status on public.git_repositories
  for each row execute function hedgerow.time_git_sync();

alter table public.git_repositories enable row level security;
alter table public.git_repositories force row level security;

create trigger update_git_repositories_updated_at before update on public.git_repositories
  for each row execute function public.update_updated_at_column();
