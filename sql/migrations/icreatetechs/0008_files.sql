-- iCreateTechs: the tree of files in a project, and their history.

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
  deleted_with uuid,
  created_by uuid default auth.uid() references public.users (id) on delete set null,
  updated_by uuid default auth.uid() references public.users (id) on delete set null,
  created_at timestamptz default now(),
  updated_at timestamptz default now(),
  unique (project_id, path)
);

comment on table public.files is 'Files and folders of a project';
comment on column public.files.path is 'From the project''s root, parts joined by single slashes: src/app.ts. A slash in front is kept and means the same';
comment on column public.files.name is 'The last part of the path';
comment on column public.files.size_bytes is 'Of the content in UTF-8. A large file (storage_path) keeps what its upload said';
comment on column public.files.storage_path is 'Object in storage that holds a large file instead of `content`';
comment on column public.files.is_deleted is 'Hidden, with all that is below. rpc/restore_file brings it back';
comment on column public.files.deleted_with is 'The file or folder whose deletion hid this one: itself, or a folder above';

create index idx_files_project on public.files (project_id);
create index idx_files_parent on public.files (parent_id);
create index idx_files_path on public.files (project_id, path);
create index idx_files_project_path on public.files (project_id, path);
-- Not the seed's: deleting an account or a file looks here for its references.
create index idx_files_created_by on public.files (created_by) where created_by is not null;
create index idx_files_updated_by on public.files (updated_by) where updated_by is not null;
-- /src and src are one place.
create unique index idx_files_place on public.files (project_id, ltrim(path, '/'));

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
create index idx_file_versions_changed_by on public.file_versions (changed_by) where changed_by is not null;

-- History is written by the trigger below and by nobody else.
revoke insert, update, truncate on public.file_versions from service_role;

alter table public.files enable row level security;
alter table public.files force row level security;
alter table public.file_versions enable row level security;
alter table public.file_versions force row level security;

create trigger update_files_updated_at before update on public.files
  for each row execute function public.update_updated_at_column();

create trigger keep_columns before update on public.files
  for each row when ((old.id, old.project_id) is distinct from (new.id, new.project_id))
  execute function hedgerow.refuse_change('id', 'project_id');

-- The tree. A row says where it is by path, by parent and name, or both; this completes the rest and refuses what does not fit.
create function hedgerow.place_file() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  moved boolean := tg_op = 'UPDATE';
  parent public.files;
  above text; -- the path of the folder, without a slash in front; null at the root
begin
  if tg_op = 'UPDATE' then
    if new.type <> old.type then
      raise sqlstate 'PT409' using
        message = format('a %s cannot become a %s', old.type, new.type),
        hint = 'Delete it and create the other one.';
    end if;
    if (new.path, new.name, new.parent_id) is not distinct from (old.path, old.name, old.parent_id) then
      return new;
    end if;
    -- Whichever of them the statement changed is meant; the others follow.
    if new.path = old.path then
      new.path := null;
    else
      if new.name = old.name then new.name := null; end if;
      if new.parent_id is not distinct from old.parent_id then new.parent_id := null; end if;
    end if;
  end if;

  if new.path is null then
    if new.name is null then
      raise sqlstate 'PT400' using message = 'a file needs a path, or a name and a parent_id', hint = 'For example {"path": "src/app.ts"}.';
    end if;
    select f.* into parent from public.files f where f.id = new.parent_id;
    if parent.id is null and new.parent_id is not null then
      raise sqlstate 'PT409' using message = 'there is no folder with this parent_id', hint = 'Send the id of a folder in this project.';
    end if;
    new.path := case
      when parent.id is not null then parent.path || '/' || new.name
      when moved and starts_with(old.path, '/') then '/' || new.name
      else new.name end;
  end if;
  if char_length(new.path) > 1024 or new.path !~ '^/?[^/]+(/[^/]+)*$' or new.path ~ '(^|/)\.\.?(/|$)|[[:cntrl:]]' then
    raise sqlstate 'PT400' using
      message = format('"%s" is not a path', left(new.path, 200)),
      hint = 'Parts joined by single slashes, no "." or "..", no control characters, at most 1,024 characters: src/app.ts.';
  end if;
  if new.name is null then
    new.name := regexp_replace(new.path, '^.*/', '');
  elsif new.name <> regexp_replace(new.path, '^.*/', '') then
    raise sqlstate 'PT400' using
      message = format('the name "%s" is not the last part of the path "%s"', new.name, new.path),
      hint = 'Leave the name out: it is derived.';
  end if;

  above := nullif(ltrim(regexp_replace(new.path, '[^/]+$', ''), '/'), '');
  if above is null then
    if new.parent_id is not null then
      raise sqlstate 'PT400' using
        message = format('"%s" is at the root, and the parent_id names a folder', new.path),
        hint = 'Leave the parent_id out: it is derived from the path.';
    end if;
  else
    -- FOR SHARE: the folder can neither move nor go before this transaction ends.
    select f.* into parent from public.files f
    where f.project_id = new.project_id and ltrim(f.path, '/') = rtrim(above, '/')
    for share;
    if parent.id is null or parent.is_deleted and new.is_deleted is not true then
      raise sqlstate 'PT409' using
        message = format('there is no folder "%s" in this project', rtrim(above, '/')),
        hint = 'Create it first: {"path": "…", "type": "folder"}.';
    elsif parent.type <> 'folder' then
      raise sqlstate 'PT409' using
        message = format('"%s" is a file, not a folder', parent.path),
        hint = 'Only a folder holds files.';
    elsif new.parent_id <> parent.id then
      raise sqlstate 'PT400' using
        message = format('the parent_id is not the folder "%s" of this project', parent.path),
        hint = 'Leave the parent_id out: it is derived from the path.';
    end if;
    new.parent_id := parent.id;
    new.path := parent.path || '/' || new.name;
  end if;

  if moved and new.type = 'folder' and starts_with(ltrim(new.path, '/'), ltrim(old.path, '/') || '/') then
    raise sqlstate 'PT409' using
      message = format('the folder "%s" cannot move into itself', old.path),
      hint = 'Choose a place that is not below it.';
  end if;

  -- What was deleted does not keep its place: it steps aside, and comes back under that name.
  update public.files f
  set path = f.path || '.deleted-' || left(f.id::text, 8), name = f.name || '.deleted-' || left(f.id::text, 8)
  where f.project_id = new.project_id and ltrim(f.path, '/') = ltrim(new.path, '/')
    and f.id <> new.id and f.is_deleted and new.is_deleted is not true;
  return new;
end $$;

comment on function hedgerow.place_file() is 'Row trigger: path, name and parent_id agree; parents are living folders of the same project; no cycles';

create function hedgerow.describe_file() returns trigger
language plpgsql set search_path = '' as $$
begin
  if new.type = 'folder' and (new.content is not null or new.storage_path is not null) then
    raise sqlstate 'PT400' using message = 'a folder has no content', hint = 'Create it with "type": "file".';
  end if;
  if new.type = 'folder' then
    new.size_bytes := null;
  elsif new.content is not null then
    new.size_bytes := octet_length(new.content);
  elsif new.storage_path is null then
    new.size_bytes := 0;
  end if;

  if new.is_deleted and new.deleted_with is null then
    new.deleted_with := new.id;
  end if;

  if auth.uid() is not null and pg_trigger_depth() = 1 then
    if tg_op = 'INSERT' then
      new.created_by := auth.uid();
    end if;
    new.updated_by := auth.uid();
  end if;
  return new;
end $$;

comment on function hedgerow.describe_file() is 'Row trigger: size_bytes is derived, created_by and updated_by are whoever is signed in';

create function hedgerow.check_file_restoration() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  folder public.files;
begin
  if new.is_deleted then
    new.deleted_with := coalesce(new.deleted_with, new.id);
    return new;
  end if;
  select f.* into folder from public.files f where f.id = new.parent_id and f.is_deleted;
  if found then
    raise sqlstate 'PT409' using
      message = format('the folder "%s" is deleted as well', folder.path),
      hint = 'Restore that folder first.';
  end if;
  new.deleted_with := null;
  return new;
end $$;

comment on function hedgerow.check_file_restoration() is 'Row trigger: nothing comes back into a folder that is deleted';

-- One statement for everything below, which the triggers above then leave alone: it neither moves nor restores on its own.
create function hedgerow.carry_folder() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if new.path <> old.path then
    update public.files f set path = new.path || substr(f.path, char_length(old.path) + 1)
    where f.project_id = new.project_id and starts_with(f.path, old.path || '/');
  end if;
  if new.is_deleted and old.is_deleted is not true then
    update public.files f set is_deleted = true, deleted_with = new.id
    where f.project_id = new.project_id and starts_with(f.path, new.path || '/') and f.is_deleted is not true;
  elsif old.is_deleted and new.is_deleted is not true then
    update public.files f set is_deleted = false, deleted_with = null
    where f.project_id = new.project_id and f.deleted_with = new.id and f.is_deleted;
  end if;
  return null;
end $$;

comment on function hedgerow.carry_folder() is 'Row trigger: what is below a folder moves, disappears and comes back with it';

create function hedgerow.write_file_version() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  -- Whoever changes the file holds its row until they commit, so the next number is theirs alone and none is skipped.
  insert into public.file_versions (file_id, version_number, content, size_bytes, changed_by, change_message)
  select new.id, coalesce(max(v.version_number), 0) + 1, new.content, octet_length(new.content), auth.uid(),
         nullif(current_setting('hedgerow.change_message', true), '')
  from public.file_versions v
  where v.file_id = new.id;
  return null;
end $$;

comment on function hedgerow.write_file_version() is 'Row trigger: every change of a file''s content becomes its next version';

alter function hedgerow.place_file() owner to hedgerow_definer;
alter function hedgerow.check_file_restoration() owner to hedgerow_definer;
alter function hedgerow.carry_folder() owner to hedgerow_definer;
alter function hedgerow.write_file_version() owner to hedgerow_definer;

-- PostgreSQL runs them in the order of their names. The first two leave alone what carry_folder does (depth 2): it keeps the tree whole.
create trigger a_place_file before insert or update on public.files
  for each row when (pg_trigger_depth() = 0)
  execute function hedgerow.place_file();

create trigger b_check_file_restoration before update on public.files
  for each row when (pg_trigger_depth() = 0 and old.is_deleted is distinct from new.is_deleted)
  execute function hedgerow.check_file_restoration();

create trigger c_describe_file before insert or update on public.files
  for each row execute function hedgerow.describe_file();

create trigger carry_folder after update on public.files
  for each row when (
    new.type = 'folder' and ((old.path is distinct from new.path) or (old.is_deleted is distinct from new.is_deleted)))
  execute function hedgerow.carry_folder();

create trigger write_first_version after insert on public.files
  for each row when (new.content is not null)
  execute function hedgerow.write_file_version();

create trigger write_file_version after update on public.files
  for each row when (new.content is not null and new.content is distinct from old.content)
  execute function hedgerow.write_file_version();

create trigger note_work_on_insert after insert on public.files
  referencing new table as written for each statement
  execute function hedgerow.note_work_in_project();

create trigger note_work_on_update after update on public.files
  referencing new table as written for each statement
  execute function hedgerow.note_work_in_project();

create function public.restore_file(file_id uuid) returns public.files
language plpgsql security definer set search_path = '' as $$
declare
  file public.files;
begin
  select f.* into file from public.files f where f.id = restore_file.file_id;
  if file.id is null or not hedgerow.has_project_role(file.project_id, 'viewer') then
    raise sqlstate 'PT404' using
      message = 'there is no such file in your projects',
      hint = 'rpc/deleted_files lists what can be restored.';
  elsif not hedgerow.has_project_role(file.project_id, 'member') then
    raise sqlstate 'PT403' using
      message = 'a viewer cannot restore files',
      hint = 'Ask a member of the workspace.';
  end if;
  update public.files f set is_deleted = false where f.id = file.id returning * into file;
  return file;
end $$;

comment on function public.restore_file(uuid) is
  'Brings a deleted file or folder back, with everything that disappeared with it

If its place was taken in the meantime, it comes back under the name with the suffix that it got then.';

create function public.deleted_files(project_id uuid) returns setof public.files
language plpgsql stable security definer set search_path = '' as $$
begin
  if not hedgerow.has_project_role(deleted_files.project_id, 'member') then
    return; -- nothing, as a table would show
  end if;
  return query
    select f.* from public.files f
    where f.project_id = deleted_files.project_id and f.is_deleted and f.deleted_with = f.id
    order by f.updated_at desc, f.id;
end $$;

comment on function public.deleted_files(uuid) is 'What was deleted in a project and can be restored, latest first. For members';

create function public.save_file(file_id uuid, content text, change_message text default null) returns public.files
language plpgsql set search_path = '' as $$
declare
  file public.files;
begin
  perform set_config('hedgerow.change_message', coalesce(save_file.change_message, ''), true);
  -- SECURITY INVOKER: RLS decides, as it does for a PATCH.
  update public.files f set content = save_file.content where f.id = save_file.file_id returning * into file;
  perform set_config('hedgerow.change_message', '', true);
  if file.id is null then
    if exists (select from public.files f where f.id = save_file.file_id) then
      raise sqlstate 'PT403' using
        message = 'you can read this file, but not change it',
        hint = 'Ask an admin of the workspace for the role member.';
    end if;
    raise sqlstate 'PT404' using message = 'there is no such file in your projects', hint = 'It may have been deleted: see rpc/deleted_files.';
  end if;
  return file;
end $$;

comment on function public.save_file(uuid, text, text) is 'Changes a file''s content, with a message for its history. A PATCH of the content does the same without one';

create function public.restore_file_version(file_id uuid, version_number int) returns public.files
language plpgsql set search_path = '' as $$
declare
  wanted text;
begin
  select v.content into wanted from public.file_versions v
  where v.file_id = restore_file_version.file_id and v.version_number = restore_file_version.version_number;
  if not found then
    raise sqlstate 'PT404' using
      message = format('this file has no version %s', restore_file_version.version_number),
      hint = 'file_versions lists those there are.';
  end if;
  return public.save_file(restore_file_version.file_id, wanted, format('Restored version %s', restore_file_version.version_number));
end $$;

comment on function public.restore_file_version(uuid, int) is
  'Makes an earlier version the content again

It becomes the newest version; nothing of the history is lost.';

alter function public.restore_file(uuid) owner to hedgerow_definer;
alter function public.deleted_files(uuid) owner to hedgerow_definer;

grant execute on function
  public.restore_file(uuid), public.deleted_files(uuid), public.save_file(uuid, text, text), public.restore_file_version(uuid, int)
  to authenticated;
