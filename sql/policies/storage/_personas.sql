-- One bucket of another person, and no policies for clients yet: everything but the service key is refused.

insert into personas (name, role, claims) values
  ('anon', 'anon', '{"role": "anon"}'),
  ('user', 'authenticated', '{"sub": "a0000000-0000-4000-8000-000000000001", "role": "authenticated"}'),
  ('other', 'authenticated', '{"sub": "a0000000-0000-4000-8000-000000000006", "role": "authenticated"}'),
  ('service', 'service_role', '{"role": "service_role"}'),
  ('storage', 'hedgerow_storage', '{}');

insert into storage.buckets (id, name) values ('played', 'played');

insert into storage.resumable_uploads (id, bucket_id, object_name, replaces, mime_type, cache_control, max_size, expires_at)
values ('a0000000-0000-4000-8000-0000000000a1', 'played', 'under way', false, 'text/plain', 'no-cache', 1, now() + interval '1 hour');

insert into samples (table_name, row) values
  ('buckets', '{"id": "bucket-$uuid", "name": "bucket-$uuid", "owner_id": "$self"}'),
  ('objects', '{"bucket_id": "played", "name": "$uuid", "owner_id": "$self"}'),
  ('resumable_uploads', '{"id": "$uuid", "bucket_id": "played", "object_name": "$uuid", "replaces": false, "mime_type": "text/plain",
     "cache_control": "no-cache", "max_size": 1, "expires_at": "2100-01-01"}'),
  ('resumable_upload_parts', '{"upload_id": "a0000000-0000-4000-8000-0000000000a1", "number": 1, "size": 1, "receipt": "",
     "md5": "00000000000000000000000000000000", "crc32c": 0}');
