-- iCreateTechs: who has which files of a project open.

create table public.editor_sessions (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null default auth.uid() references public.users (id) on delete cascade,
  project_id uuid not null references public.projects (id) on delete cascade,
  open_files jsonb default '[]',
  active_file_id uuid references public.files (id) on delete set null,
  layout_state jsonb default '{}',
  last_active_at timestamptz default now(),
  created_at timestamptz default now(),
  unique (user_id, project_id)
);

comment on table public.editor_sessions is 'What a person has open in a project: one row per person and project';
comment on column public.editor_sessions.open_files is '[{file_id, cursor_position, scroll_position}]';

create index idx_editor_sessions_user on public.editor_sessions (user_id);
create index idx_editor_sessions_project on public.editor_sessions (project_id);
-- Not the seed's: deleting an account or a file looks here for its references.
create index idx_editor_sessions_active_file on public.editor_sessions (active_file_id) where active_file_id is not null;

alter table public.editor_sessions enable row level security;
alter table public.editor_sessions force row level security;

create function hedgerow.check_editor_session() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if not exists (select from public.files f where f.id = new.active_file_id and f.project_id = new.project_id and f.type = 'file') then
    raise sqlstate 'PT400' using
      message = 'the active file is not a file of this project',
      hint = 'Send the id of a file in it, or null.';
  end if;
  return new;
end $$;

create function hedgerow.note_editor_activity() returns trigger
language plpgsql set search_path = '' as $$
begin
  new.last_active_at := now();
  return new;
end $$;

alter function hedgerow.check_editor_session() owner to hedgerow_definer;

create trigger keep_columns before update on public.editor_sessions
  for each row when ((old.id, old.user_id, old.project_id) is distinct from (new.id, new.user_id, new.project_id))
  execute function hedgerow.refuse_change('id', 'user_id', 'project_id');

create trigger check_editor_session before insert or update on public.editor_sessions
  for each row when (new.active_file_id is not null)
  execute function hedgerow.check_editor_session();

create trigger note_editor_activity before update on public.editor_sessions
  for each row execute function hedgerow.note_editor_activity();

create trigger note_work_on_insert after insert on public.editor_sessions
  referencing new table as written for each statement
  execute function hedgerow.note_work_in_project();

create trigger note_work_on_update after update on public.editor_sessions
  referencing new table as written for each statement
  execute function hedgerow.note_work_in_project();
