-- One bucket of another person, and no policies for clients yet: everything but the service key is refused.

insert into personas (name, role, claims) values
  ('anon', 'anon', '{"role": "anon"}'),
  ('user', 'authenticated', '{"sub": "a0000000-0000-4000-8000-000000000001", "role": "authenticated"}'),
  ('other', 'authenticated', '{"sub": "a0000000-0000-4000-8000-000000000006", "role": "authenticated"}'),
  ('service', 'service_role', '{"role": "service_role"}'),
  ('storage', 'hedgerow_storage', '{}');

insert into storage.buckets (id, name) values ('played', 'played');

insert into samples (table_name, row) values
  ('buckets', '{"id": "bucket-$uuid", "name": "bucket-$uuid", "owner_id": "$self"}'),
  ('objects', '{"bucket_id": "played", "name": "$uuid", "owner_id": "$self"}');
