-- The world in which ACCESS.md is played: a workspace with a person in every role, one person outside of it, and a sample row for
-- every table. Made in a transaction that rolls back. In a sample "$self" is the person whose row it is, $email their address,
-- $uuid a fresh id; `new_row` is what they insert, where that differs from the row that is there.

insert into auth.users (id, email, email_confirmed_at)
select id::uuid, name || '@personas.invalid', now()
from (values
  ('stranger', 'a0000000-0000-4000-8000-000000000001'), -- signed in, a member of nothing here
  ('viewer',   'a0000000-0000-4000-8000-000000000002'),
  ('member',   'a0000000-0000-4000-8000-000000000003'),
  ('admin',    'a0000000-0000-4000-8000-000000000004'),
  ('owner',    'a0000000-0000-4000-8000-000000000005'),
  ('other',    'a0000000-0000-4000-8000-000000000006'), -- a member too: capital letters are played on this one's rows
  ('newcomer', 'a0000000-0000-4000-8000-000000000007')  -- whom members are added with; plays nothing
) as person (name, id);

insert into personas (name, role, claims)
select split_part(email, '@', 1), 'authenticated', jsonb_build_object('sub', id, 'role', 'authenticated', 'email', email)
from auth.users
where email like '%@personas.invalid' and email not like 'newcomer@%'
union all
values ('anon', 'anon', '{"role": "anon"}'::jsonb), ('service', 'service_role', '{"role": "service_role"}');

insert into public.workspaces (id, name, slug, owner_id)
values ('b0000000-0000-4000-8000-000000000001', 'Personas', 'personas-at-play', 'a0000000-0000-4000-8000-000000000005');

insert into public.workspace_members (workspace_id, user_id, role, invited_by)
select 'b0000000-0000-4000-8000-000000000001', id, replace(split_part(email, '@', 1), 'other', 'member'), null
from auth.users
where split_part(email, '@', 1) in ('viewer', 'member', 'admin', 'other') and email like '%@personas.invalid';

insert into public.projects (id, workspace_id, name, slug)
values ('c0000000-0000-4000-8000-000000000001', 'b0000000-0000-4000-8000-000000000001', 'Played', 'played');

insert into public.conversations (id, project_id, user_id)
values ('d0000000-0000-4000-8000-000000000001', 'c0000000-0000-4000-8000-000000000001', 'a0000000-0000-4000-8000-000000000006');

insert into public.files (id, project_id, path, type, content)
values ('e0000000-0000-4000-8000-000000000001', 'c0000000-0000-4000-8000-000000000001', 'played.txt', 'file', 'once');

insert into samples (table_name, row, new_row) values
  ('users', '{"id": "$self", "email": "$email"}', null),
  ('workspaces',
    '{"id": "b0000000-0000-4000-8000-000000000001", "name": "Personas", "slug": "personas-at-play", "owner_id": "a0000000-0000-4000-8000-000000000005"}',
    '{"name": "Another", "slug": "another-$uuid", "owner_id": "$self"}'),
  ('workspace_members',
    '{"workspace_id": "b0000000-0000-4000-8000-000000000001", "user_id": "a0000000-0000-4000-8000-000000000006", "role": "member"}',
    '{"workspace_id": "b0000000-0000-4000-8000-000000000001", "user_id": "a0000000-0000-4000-8000-000000000007", "role": "viewer"}'),
  ('workspace_invitations',
    '{"workspace_id": "b0000000-0000-4000-8000-000000000001", "email": "$email", "role": "viewer", "accepted_by": "$self", "expires_at": "2100-01-01"}', null),
  ('projects', '{"workspace_id": "b0000000-0000-4000-8000-000000000001", "name": "Sample", "slug": "sample-$uuid"}', null),
  ('conversations', '{"project_id": "c0000000-0000-4000-8000-000000000001", "user_id": "$self", "title": "Sample"}', null),
  ('messages', '{"conversation_id": "d0000000-0000-4000-8000-000000000001", "role": "user", "content": "Sample"}', null),
  ('oauth_connections', '{"user_id": "$self", "provider": "github", "provider_user_id": "$uuid"}', null),
  ('user_sessions_extended', '{"user_id": "$self"}', null),
  ('files', '{"project_id": "c0000000-0000-4000-8000-000000000001", "path": "sample-$uuid.txt", "type": "file", "content": "Sample"}', null),
  ('file_versions', '{"file_id": "e0000000-0000-4000-8000-000000000001", "version_number": 2, "content": "Sample"}', null),
  ('editor_sessions', '{"project_id": "c0000000-0000-4000-8000-000000000001", "user_id": "$self"}', null);
