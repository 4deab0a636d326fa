-- Large files lie in storage: in the bucket `project-files`, each in the folder that its project's id names. Who may read and write
-- them follows the workspace (policies/storage/objects.sql); files.storage_path is an object's name.

create function hedgerow.project_folders(min_role text default 'viewer') returns text[]
language plpgsql stable security definer parallel safe set search_path = '' as $$
begin
  return (
    select coalesce(array_agg(p.id::text), '{}')
    from public.projects as p
    join public.workspace_members as m on m.workspace_id = p.workspace_id
    where m.user_id = (select auth.uid()) and hedgerow.role_rank(m.role) >= hedgerow.role_rank(min_role));
end $$;
comment on function hedgerow.project_folders(text) is
  'The folders of `project-files` whose projects lie in workspaces where the signed-in user is at least `min_role`. Asked once a statement';

create function hedgerow.point_at_object() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  object storage.objects;
begin
  if new.storage_path is null then
    return new;
  end if;
  if not starts_with(new.storage_path, new.project_id::text || '/') then
    raise sqlstate 'PT400' using
      message = 'the storage_path is not in this project''s folder',
      hint = format('Upload to the bucket project-files under a name that begins with %s/.', new.project_id);
  end if;
  select * into object from storage.objects as o where o.bucket_id = 'project-files' and o.name = new.storage_path;
  if object.id is null then
    raise sqlstate 'PT409' using
      message = 'there is no object with this storage_path in the bucket project-files',
      hint = 'Upload it first, then write the file that points at it.';
  end if;
  new.size_bytes := least(coalesce(object.metadata ->> 'size', '0')::bigint, 2147483647)::int;
  new.mime_type := coalesce(new.mime_type, object.metadata ->> 'mimetype');
  return new;
end $$;
comment on function hedgerow.point_at_object() is 'Row trigger: a file in storage is there, in its project''s folder, and as large as its object';

create trigger d_point_at_object before insert or update of storage_path on public.files
  for each row when (new.storage_path is not null) execute function hedgerow.point_at_object();

create index idx_files_storage_path on public.files (storage_path) where storage_path is not null;

-- An object that is replaced is metered by its new size; one that a file points at goes with the file, and not before it.
create function hedgerow.follow_object() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if tg_op = 'DELETE' or new.bucket_id <> old.bucket_id or new.name <> old.name then
    if exists (select from public.files as f where f.storage_path = old.name) then
      raise sqlstate 'PT409' using
        message = format('a file of the project points at "%s"', old.name),
        hint = 'Delete the file for good: the object goes with it.';
    end if;
    return coalesce(new, old);
  end if;
  update public.files as f set size_bytes = least(coalesce(new.metadata ->> 'size', new.metadata ->> 'contentLength', '0')::bigint, 2147483647)::int, updated_at = now()
  where f.storage_path = new.name;
  return new;
end $$;
comment on function hedgerow.follow_object() is 'Row trigger on storage.objects: files know the size of the object that they point at, and keep it';

create trigger project_files_follow after update or delete on storage.objects
  for each row when (old.bucket_id = 'project-files') execute function hedgerow.follow_object();

create function hedgerow.remove_object_of_file() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  -- The row only: its bytes are found by the store's reconciliation.
  delete from storage.objects as o where o.bucket_id = 'project-files' and o.name = old.storage_path;
  return null;
end $$;
comment on function hedgerow.remove_object_of_file() is 'Row trigger: what a file points at goes with it';

create trigger remove_object after delete on public.files
  for each row when (old.storage_path is not null) execute function hedgerow.remove_object_of_file();

alter function hedgerow.project_folders(text) owner to hedgerow_definer;
alter function hedgerow.point_at_object() owner to hedgerow_definer;
alter function hedgerow.follow_object() owner to hedgerow_definer;
alter function hedgerow.remove_object_of_file() owner to hedgerow_definer;
grant execute on function hedgerow.project_folders(text) to anon, authenticated, service_role, hedgerow_definer;

set local role hedgerow_definer;
insert into storage.buckets (id, name) values ('project-files', 'project-files') on conflict do nothing;
set local role hedgerow_admin;

-- A database that the platform was installed in without this application has applied the storage policies already, without those
-- that its functions are for: once more, then.
reset role; -- the journal is the installing login's
do $$
begin
  if to_regclass('hedgerow.policy_files') is not null then
    delete from hedgerow.policy_files where schema_name = 'storage';
  end if;
end $$;
