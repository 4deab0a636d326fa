-- An upload in parts that was completed, remembered for a while: whoever lost the answer asks again and is told the same, as by S3, which lets a complete
-- be repeated (https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html). Reconciling forgets the old ones.

create table storage.s3_completed_uploads (
  id text primary key,
  bucket_id text not null references storage.buckets (id) on delete cascade,
  key text collate "C" not null,
  etag text not null,
  role text not null,
  owner_id text,
  completed_at timestamptz not null default now()
);

comment on table storage.s3_completed_uploads is 'Uploads in parts that became objects a short while ago';
comment on column storage.s3_completed_uploads.id is 'S3''s UploadId, as in storage.s3_multipart_uploads while it was under way';
comment on column storage.s3_completed_uploads.etag is 'The object''s, with its quotes, as the first answer had it. It is made of the parts'' tags: other parts would make another one';
comment on column storage.s3_completed_uploads.role is 'With owner_id: who completed it. Nobody else is told';

create index idx_s3_completed_uploads_bucket on storage.s3_completed_uploads (bucket_id);
create index idx_s3_completed_uploads_age on storage.s3_completed_uploads (completed_at);

alter table storage.s3_completed_uploads enable row level security;
alter table storage.s3_completed_uploads force row level security;
grant select, insert, delete on storage.s3_completed_uploads to hedgerow_storage;

-- Runs in the transaction that records the object, before hedgerow.record_object().

create function hedgerow.complete_multipart_upload(upload text, etag text, role text, owner text) returns void
language plpgsql set search_path = ''
as $$
begin
  insert into storage.s3_completed_uploads (id, bucket_id, key, etag, role, owner_id)
  select u.id, u.bucket_id, u.key, complete_multipart_upload.etag, complete_multipart_upload.role, complete_multipart_upload.owner
  from storage.s3_multipart_uploads as u where u.id = upload
  on conflict do nothing;
  perform hedgerow.take_multipart_upload(upload);
end
$$;
comment on function hedgerow.complete_multipart_upload(text, text, text, text) is
  'Ends an upload in parts, once, and remembers what became of it; raises no_data_found where it has ended already';

grant execute on function hedgerow.complete_multipart_upload(text, text, text, text) to hedgerow_storage;
