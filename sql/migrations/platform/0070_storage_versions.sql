-- The stored bytes that a row points at are found by its version, which is their key in the object store. So an upload writes
-- bytes under a new version first and the row last: whoever reads meanwhile, or after a crash, sees all of the old object or
-- all of the new one.

alter table storage.objects add column checksum text check (checksum ~ '^crc32c:[0-9a-f]{8}$');

comment on column storage.objects.checksum is 'CRC-32C (RFC 3720) of the stored bytes as they arrived; `hedgerow storage reconcile --verify` reads them again and compares';

-- Reconciling asks which of the stored bytes no row points at.
create index idx_objects_version on storage.objects (version) where version is not null;

-- The last step of an upload. The row is locked before it is looked at: of two uploads to one name the later one wins, or is
-- told that there is an object already, and each version that nobody points at any more is returned exactly once.
create function hedgerow.record_object(
  bucket text, object text, uploader text, new_version text, new_metadata jsonb, new_user_metadata jsonb, new_checksum text, replaces boolean)
returns table (id uuid, replaced_version text)
language plpgsql set search_path = ''
as $$
declare
  old storage.objects;
  uploader_id uuid := case when uploader ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then uploader::uuid end;
begin
  perform pg_advisory_xact_lock(hashtextextended(bucket || '/' || object, 70));
  select * into old from storage.objects as o where o.bucket_id = bucket and o.name = object for update;
  if old.id is null then
    insert into storage.objects as o (bucket_id, name, owner, owner_id, version, metadata, user_metadata, checksum)
    values (bucket, object, uploader_id, uploader, new_version, new_metadata, new_user_metadata, new_checksum)
    returning o.id into old.id;
    return query select old.id, null::text;
  elsif replaces then
    update storage.objects as o
    set owner = uploader_id, owner_id = uploader, version = new_version, metadata = new_metadata,
        user_metadata = new_user_metadata, checksum = new_checksum
    where o.id = old.id;
    return query select old.id, nullif(old.version, new_version);
  else
    raise unique_violation using message = format('there is an object "%s" in the bucket "%s" already', object, bucket);
  end if;
end
$$;

comment on function hedgerow.record_object(text, text, text, text, jsonb, jsonb, text, boolean) is
  'Makes stored bytes an object, or another version of it; returns the version that they replace';

grant execute on function hedgerow.record_object(text, text, text, text, jsonb, jsonb, text, boolean) to hedgerow_storage;
