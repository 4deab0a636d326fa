-- iCreateTechs: the tree of files in a project, their history, and who has which of them open.

create table public.files (
  id uuid primary key default gen_random_uuid(),
  project_id uuid not null references public.projects (id) on delete cascade,
  path text not null,
  name text not null,
  type text not null check (type in ('file', 'folder')),
  content text,
  size_bytes integer,
  mime_type text,
  language text,
  parent_id uuid references public.files (id) on delete cascade,
  storage_path text,
  is_deleted boolean default false,
  created_by uuid default auth.uid() references public.users (id) on delete set null,
  updated_by uuid default auth.uid() references public.users (id) on delete set null,
  created_at timestamptz default now(),
  updated_at timestamptz default now(),
  unique (project_id, path)
);

comment on table public.files is 'Files and folders of a project';
comment on column public.files.path is 'From the project''s root, parts joined by single slashes, none at the ends: src/app.ts';
comment on column public.files.name is 'The last part of the path';
comment on column public.files.size_bytes is 'Of the content in UTF-8. A large file (storage_path) keeps what its upload said';
comment on column public.files.storage_path is 'Object in storage that holds a large file instead of `content`';
comment on column public.files.is_deleted is 'Hidden, with all that is below. rpc/restore_file brings it back';

create index idx_files_project on public.files (project_id);
create index idx_files_parent on public.files (parent_id);
create index idx_files_path on public.files (project_id, path);
create index idx_files_project_path on public.files (project_id, path);

create table public.file_versions (
  id uuid primary key default gen_random_uuid(),
  file_id uuid not null references public.files (id) on delete cascade,
  version_number integer not null check (version_number > 0),
  content text not null,
  size_bytes integer,
  changed_by uuid references public.users (id) on delete set null,
  change_message text,
  created_at timestamptz default now(),
  unique (file_id, version_number)
);

comment on table public.file_versions is 'Every content a file has had. Written by the database with each change, numbered from 1 without a gap';

create index idx_file_versions_file on public.file_versions (file_id, version_number desc);

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

alter table public.files enable row level security;
alter table public.files force row level security;
alter table public.file_versions enable row level security;
alter table public.file_versions force row level security;
alter table public.editor_sessions enable row level security;
alter table public.editor_sessions force row level security;

create trigger update_files_updated_at before update on public.files
  for each row execute function public.update_updated_at_column();
