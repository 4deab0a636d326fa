-- Uploads in parts over the S3 protocol, with the columns of Supabase's storage (supabase/storage, migrations/tenant/0021 and later). A row is an
-- upload that may go on, in this gateway or another; the parts' bytes lie in the object store until they are put together.

create table storage.s3_multipart_uploads (
  id text primary key,
  in_progress_size bigint not null default 0,
  upload_signature text not null default '',
  bucket_id text not null references storage.buckets (id) on delete cascade,
  key text collate "C" not null,
  version text not null,
  owner_id text,
  created_at timestamptz not null default now(),
  user_metadata jsonb,
  metadata jsonb
);

comment on table storage.s3_multipart_uploads is 'Uploads in parts that are neither completed nor aborted';
comment on column storage.s3_multipart_uploads.id is 'S3''s UploadId, which is also the object store''s name for it';
comment on column storage.s3_multipart_uploads.in_progress_size is 'Bytes in the parts so far';
comment on column storage.s3_multipart_uploads.upload_signature is 'Supabase''s; here nobody but the storage room writes the size, so that it needs no signature';
comment on column storage.s3_multipart_uploads.version is 'The key that the bytes will have in the object store';

create index idx_multipart_uploads_list on storage.s3_multipart_uploads (bucket_id, key, id);
create index idx_multipart_uploads_version on storage.s3_multipart_uploads (version);
create index idx_multipart_uploads_owner on storage.s3_multipart_uploads (owner_id);

create table storage.s3_multipart_uploads_parts (
  id uuid primary key default gen_random_uuid(),
  upload_id text not null references storage.s3_multipart_uploads (id) on delete cascade,
  size bigint not null default 0,
  part_number int not null check (part_number between 1 and 10000),
  bucket_id text not null references storage.buckets (id) on delete cascade,
  key text collate "C" not null,
  etag text not null,
  owner_id text,
  version text not null,
  created_at timestamptz not null default now(),
  receipt text not null default '',
  checksum text check (checksum ~ '^crc32c:[0-9a-f]{8}$')
);

comment on table storage.s3_multipart_uploads_parts is 'Parts whose bytes are in the object store';
comment on column storage.s3_multipart_uploads_parts.etag is 'With its quotes: the MD5 of the part';
comment on column storage.s3_multipart_uploads_parts.receipt is 'What the object store wants to have back when the parts are put together';
comment on column storage.s3_multipart_uploads_parts.checksum is 'CRC-32C of the part; those of all parts make that of the object';

create unique index idx_multipart_uploads_parts_number on storage.s3_multipart_uploads_parts (upload_id, part_number);
create index idx_multipart_uploads_parts_bucket on storage.s3_multipart_uploads_parts (bucket_id);

alter table storage.s3_multipart_uploads enable row level security;
alter table storage.s3_multipart_uploads force row level security;
alter table storage.s3_multipart_uploads_parts enable row level security;
alter table storage.s3_multipart_uploads_parts force row level security;

-- As in Supabase: clients may look where a policy lets them, and only the storage room writes.
grant select on storage.s3_multipart_uploads, storage.s3_multipart_uploads_parts to anon, authenticated;
grant select, insert, update, delete on storage.s3_multipart_uploads, storage.s3_multipart_uploads_parts to service_role, hedgerow_storage;

-- Both run in the transaction that records the object, before hedgerow.record_object().

create function hedgerow.take_multipart_upload(upload text) returns void
language plpgsql set search_path = ''
as $$
begin
  delete from storage.s3_multipart_uploads as u where u.id = upload;
  if not found then
    raise no_data_found using message = 'The upload was completed or aborted';
  end if;
end
$$;
comment on function hedgerow.take_multipart_upload(text) is
  'Ends an upload in parts, once: of two that complete it only one makes it an object';

create function hedgerow.hold_object(bucket text, object text, etag text) returns void
language plpgsql set search_path = ''
as $$
declare
  present text;
begin
  -- The lock of hedgerow.record_object(): until the end of the transaction nobody else replaces it.
  perform pg_advisory_xact_lock(hashtextextended(bucket || '/' || object, 70));
  select o.metadata ->> 'eTag' into present from storage.objects as o where o.bucket_id = bucket and o.name = object;
  if not found then
    raise sqlstate 'PT404' using message = 'Object not found';
  elsif trim('"' from coalesce(present, '')) <> trim('"' from etag) then
    raise sqlstate 'PT412' using message = 'The object has another ETag';
  end if;
end
$$;
comment on function hedgerow.hold_object(text, text, text) is 'Holds an object as it is until the transaction ends; raises PT412 where its ETag is another';

grant execute on function hedgerow.take_multipart_upload(text), hedgerow.hold_object(text, text, text) to hedgerow_storage;
