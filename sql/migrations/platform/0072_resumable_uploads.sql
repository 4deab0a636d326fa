-- Uploads that can be resumed (TUS 1.0.0): what has arrived, and where its bytes are, so that any gateway can go on after any other, or after a crash.
-- Bytes lie in the object store: parts of one upload in parts, and a tail for what is too little to be a part. A row here says which of them count.
--
-- Nobody holds a lock while bytes travel. Whoever goes on takes the next number of `writer`; what an earlier writer still has in its hands is
-- refused when it wants to be counted. It cannot overwrite anything either: part numbers are reserved, and every tail has a key of its own.

create table storage.resumable_uploads (
  id uuid primary key default gen_random_uuid(),
  bucket_id text not null references storage.buckets (id) on delete cascade,
  object_name text not null,
  replaces boolean not null,
  role text,
  owner_id text,
  mime_type text not null,
  cache_control text not null,
  user_metadata jsonb,
  announced text,
  size bigint check (size >= 0),
  max_size bigint not null,
  received bigint not null default 0 check (received >= 0),
  version text,
  parts_upload text,
  last_part integer not null default 0,
  tail_version text,
  tail_size bigint,
  tail_md5 text,
  tail_crc32c bigint,
  writer integer not null default 0,
  finishing_until timestamptz,
  finished_at timestamptz,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null
);

comment on table storage.resumable_uploads is 'Uploads under way by the TUS protocol. They become rows of storage.objects, or expire';
comment on column storage.resumable_uploads.role is 'The role of whoever began it and may go on; null where a signed URL allows it';
comment on column storage.resumable_uploads.owner_id is 'The `sub` of whoever began it, or for whom the URL was signed';
comment on column storage.resumable_uploads.announced is 'Upload-Metadata, as it came';
comment on column storage.resumable_uploads.size is 'Bytes in the whole; null: not known yet';
comment on column storage.resumable_uploads.max_size is 'Bytes that the bucket takes';
comment on column storage.resumable_uploads.received is 'Bytes that are stored and count: where the next ones go';
comment on column storage.resumable_uploads.version is 'What parts_upload is to become in the object store';
comment on column storage.resumable_uploads.parts_upload is 'The object store''s name for its upload in parts; null: none was begun';
comment on column storage.resumable_uploads.last_part is 'The highest part number that was given to a writer';
comment on column storage.resumable_uploads.tail_version is 'Where the last tail_size bytes are: too few for a part, or all there is';
comment on column storage.resumable_uploads.writer is 'Goes up with each request that brings bytes; only the latest one''s count';
comment on column storage.resumable_uploads.finishing_until is 'Everything has arrived, and somebody makes it an object. After this moment that somebody counts as dead';
comment on column storage.resumable_uploads.finished_at is 'It is an object. The row stays until it expires, for clients that did not hear of it';

create index resumable_uploads_bucket_id on storage.resumable_uploads (bucket_id);
create index resumable_uploads_expires_at on storage.resumable_uploads (expires_at);

create table storage.resumable_upload_parts (
  upload_id uuid not null references storage.resumable_uploads (id) on delete cascade,
  number integer not null check (number between 1 and 10000),
  size bigint not null check (size > 0),
  receipt text not null,
  md5 text not null check (md5 ~ '^[0-9a-f]{32}$'),
  crc32c bigint not null,
  primary key (upload_id, number)
);

comment on table storage.resumable_upload_parts is 'The parts of a resumable upload that count, in order. Numbers may be missing: their writers were overtaken';
comment on column storage.resumable_upload_parts.receipt is 'What the object store wants to see when the parts are put together';

alter table storage.resumable_uploads enable row level security;
alter table storage.resumable_uploads force row level security;
alter table storage.resumable_upload_parts enable row level security;
alter table storage.resumable_upload_parts force row level security;

-- Goes in the transaction that records the object: an upload becomes one object once, however many gateways try to finish it.
create function hedgerow.finish_resumable_upload(upload uuid, by_writer integer) returns void
language plpgsql set search_path = ''
as $$
begin
  update storage.resumable_uploads as u
  set finished_at = now(), finishing_until = null, version = null, parts_upload = null,
      tail_version = null, tail_size = null, tail_md5 = null, tail_crc32c = null
  where u.id = upload and u.writer = by_writer and u.finished_at is null;
  if not found then
    raise sqlstate 'PT423' using message = 'Another request has gone on with this upload; ask for its offset';
  end if;
  delete from storage.resumable_upload_parts as p where p.upload_id = upload;
end
$$;

comment on function hedgerow.finish_resumable_upload(uuid, integer) is
  'Says that the upload has become an object; PT423 where somebody else has taken it over, or it is gone';

grant select, insert, update, delete on storage.resumable_uploads, storage.resumable_upload_parts to hedgerow_storage;
grant execute on function hedgerow.finish_resumable_upload(uuid, integer) to hedgerow_storage;
