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

create trigger keep_columns before update on public.projects
  for each row when ((old.id, old.workspace_id) is distinct from (new.id, new.workspace_id))
  execute function hedgerow.refuse_change('id', 'workspace_id');

-- A GET runs READ ONLY and cannot write: the time moves when somebody works in a project, or says that they opened it.
create function hedgerow.note_project_access(projects uuid[]) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  update public.projects p set last_accessed_at = now()
  where p.id in (
    select q.id from public.projects q
    where q.id = any (projects) and coalesce(q.last_accessed_at, '-infinity') < now() - interval '1 minute'
    -- Somebody else is noting the same: nobody has to wait for that.
    for no key update skip locked);
end $$;

comment on function hedgerow.note_project_access(uuid[]) is 'Sets last_accessed_at of these projects to now, at most once a minute each';

alter function hedgerow.note_project_access(uuid[]) owner to hedgerow_definer;

create function public.touch_project(project_id uuid) returns void
language plpgsql security definer set search_path = '' as $$
begin
  if not hedgerow.has_project_role(touch_project.project_id, 'viewer') then
    raise sqlstate 'PT404' using
      message = 'there is no such project in your workspaces',
      hint = 'A public project of others can be read, but not touched.';
  end if;
  perform hedgerow.note_project_access(array[touch_project.project_id]);
end $$;

comment on function public.touch_project(uuid) is 'Says that you opened a project: moves its last_accessed_at, at most once a minute';

alter function public.touch_project(uuid) owner to hedgerow_definer;
grant execute on function public.touch_project(uuid) to authenticated;

-- For tables with a project_id, after insert or update as a statement with `new table as written`.
create function hedgerow.note_work_in_project() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform hedgerow.note_project_access(array(select distinct w.project_id from written w));
  return null;
end $$;

comment on function hedgerow.note_work_in_project() is 'Statement trigger: work in a project moves its last_accessed_at';

alter function hedgerow.note_work_in_project() owner to hedgerow_definer;
