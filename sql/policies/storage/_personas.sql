-- One bucket and one upload of nobody's. There are no policies for clients on buckets and objects yet: everything but the service key is refused.

insert into personas (name, role, claims) values
  ('anon', 'anon', '{"role": "anon"}'),
  ('user', 'authenticated', '{"sub": "a0000000-0000-4000-8000-000000000001", "role": "authenticated"}'),
  ('other', 'authenticated', '{"sub": "a0000000-0000-4000-8000-000000000006", "role": "authenticated"}'),
  ('service', 'service_role', '{"role": "service_role"}'),
  ('storage', 'hedgerow_storage', '{}');

insert into auth.users (id, email, email_confirmed_at) values
  ('a0000000-0000-4000-8000-000000000001', 'user@personas.invalid', now()),
  ('a0000000-0000-4000-8000-000000000006', 'other@personas.invalid', now());

insert into storage.buckets (id, name) values ('played', 'played');
insert into storage.s3_multipart_uploads (id, bucket_id, key, version) values ('played', 'played', 'played', 'played');

insert into storage.resumable_uploads (id, bucket_id, object_name, replaces, mime_type, cache_control, max_size, expires_at)
values ('a0000000-0000-4000-8000-0000000000a1', 'played', 'under way', false, 'text/plain', 'no-cache', 1, now() + interval '1 hour');

insert into samples (table_name, row) values
  ('buckets', '{"id": "bucket-$uuid", "name": "bucket-$uuid", "owner_id": "$self"}'),
  ('objects', '{"bucket_id": "played", "name": "$uuid", "owner_id": "$self"}'),
  ('resumable_uploads', '{"id": "$uuid", "bucket_id": "played", "object_name": "$uuid", "replaces": false, "mime_type": "text/plain",
     "cache_control": "no-cache", "max_size": 1, "expires_at": "2100-01-01"}'),
  ('resumable_upload_parts', '{"upload_id": "a0000000-0000-4000-8000-0000000000a1", "number": 1, "size": 1, "receipt": "",
     "md5": "00000000000000000000000000000000", "crc32c": 0}'),
  ('s3_multipart_uploads', '{"id": "$uuid", "bucket_id": "played", "key": "$uuid", "version": "$uuid", "owner_id": "$self"}'),
  ('s3_multipart_uploads_parts', '{"upload_id": "played", "part_number": 1, "bucket_id": "played", "key": "played", "etag": "$uuid", "version": "played"}'),
  ('s3_completed_uploads', '{"id": "$uuid", "bucket_id": "played", "key": "$uuid", "etag": "$uuid", "role": "service_role"}'),
  ('s3_access_keys', '{"description": "played", "user_id": "$self"}');
