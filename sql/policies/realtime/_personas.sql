-- One message to nobody in particular, and no policies for clients yet: every private channel but the service key's is closed.

insert into personas (name, role, claims) values
  ('anon', 'anon', '{"role": "anon"}'),
  ('user', 'authenticated', '{"sub": "a0000000-0000-4000-8000-000000000001", "role": "authenticated"}'),
  ('other', 'authenticated', '{"sub": "a0000000-0000-4000-8000-000000000006", "role": "authenticated"}'),
  ('service', 'service_role', '{"role": "service_role"}');

insert into samples (table_name, row) values
  ('known_tables', '{"relation": "1"}'),
  ('messages', '{"topic": "room", "extension": "broadcast", "id": "$uuid"}');
