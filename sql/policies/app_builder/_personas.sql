-- The world in which ACCESS.md is played: people of each role, and a sample row for every table. Ids of people here are those of their
-- accounts, so that "$self" names both.

insert into auth.users (id, email, email_confirmed_at)
select id::uuid, name || '@personas.invalid', now()
from (values
  ('user',        'a0000000-0000-4000-8000-000000000011'),
  ('admin',       'a0000000-0000-4000-8000-000000000012'),
  ('super_admin', 'a0000000-0000-4000-8000-000000000013'),
  ('other',       'a0000000-0000-4000-8000-000000000014') -- a user too: capital letters are played on this one's rows
) as person (name, id);

update app_builder.users as u set
  id = u.auth_id::text,
  role = case a.email when 'admin@personas.invalid' then 'ADMIN' when 'super_admin@personas.invalid' then 'SUPER_ADMIN' else 'USER' end::app_builder.user_role
from auth.users as a
where a.id = u.auth_id and a.email like '%@personas.invalid';

insert into personas (name, role, claims)
select split_part(email, '@', 1), 'authenticated', jsonb_build_object('sub', id, 'role', 'authenticated', 'email', email)
from auth.users
where email like '%@personas.invalid'
union all
values ('anon', 'anon', '{"role": "anon"}'::jsonb), ('service', 'service_role', '{"role": "service_role"}');

-- A project has its person's id, so that "$self" names both in what hangs on projects.
insert into app_builder.projects (id, name, template, user_id)
select u.id, 'Played', 'SAAS', u.id from app_builder.users as u where u.email like '%@personas.invalid';

insert into samples (table_name, row) values
  ('users', '{"auth_id": "$self"}'),
  ('projects', '{"name": "Sample", "template": "BLOG", "user_id": "$self"}'),
  ('generations', '{"project_id": "$self", "user_id": "$self", "agent_type": "BACKEND", "prompt": "Sample"}'),
  ('deployments', '{"project_id": "$self"}'),
  ('api_keys', '{"user_id": "$self", "name": "Sample", "key_prefix": "ab_sampl", "key_hash": "$uuid"}');
