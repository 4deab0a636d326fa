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
    '{"workspace_id": "b0000000-0000-4000-8000-000000000001", "user_id": "$self", "role": "member"}',
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

-- A customer has its user's id, so that "$self" names both in what hangs on customers.
insert into public.subscription_plans (id, name, slug, price_monthly, price_yearly)
values ('f0000000-0000-4000-8000-000000000001', 'Personas', 'personas-at-play', 0, 0);
insert into public.customers (id, user_id, stripe_customer_id)
select id, id, 'personas-' || id from auth.users where email like '%@personas.invalid';

-- Encrypted columns can be played before a key was installed; this one's private half is nowhere.
insert into hedgerow.encryption_keys (public_key)
select decode('mI0EawFZ+QEEAN45Le0KCXNSLV3rxiyhZlGjwKUWM3LI5bB236F/3MuW4JhSz2jdg+o5vbOtpRKhVQ/3Nre8AZVDF8YyDfQleFQwJhJfW2ngMRfXfzliWNfL
  HuioiB7WDK1x/T1to9XaOAvKWcOCyzG8dSqwo+DIbp0aTBv4sTU/zNJ0CNUZCGh1ABEBAAG0AXCIzgQTAQoAOBYhBHAsx0CWhkArnypTV6wRLmhFowEJBQJr
  AVn5AhsBBQsJCAcCBhUKCQgLAgQWAgMBAh4BAheAAAoJEKwRLmhFowEJQ/4EAMNYlLSO1gyZgKT1RLD7G8SrW32goYW4vveqlXOaW18BYfW+HZL/qSp044xc
  +vsFIRX76co9fMJbRU5H7Ho9Zztm7WEGPy8QpKiT/JcNfRXc8ncx5Y91y92IAICZW/bksjWwPMm+hQEUXTVfjA76xOQuAIRRV6L9dTFMz0B/duQIuI0EawFZ
  +QEEAOAocV73PlZImvnqbGpCcVUxJCXvYfiO+Eh4qm7uQ9m79Z9pkCFfCKYmPg5VITndAuu7CncW67uLLcH5odn75gKc4CAWq8zVBRaOdz39tjlLh+5bhr/v
  RO1tnhD6CeZQlGCyzV90IY2eD5FfGcPUzxJpyvfhyD4upC06fNHY5xpBABEBAAGItgQYAQoAIBYhBHAsx0CWhkArnypTV6wRLmhFowEJBQJrAVn5AhsMAAoJ
  EKwRLmhFowEJpv8EANuah1e28nDDS4ahgCFZmhqtizmTnSnTdpB8TmRdCEdeEH6vvlXk3lK29lHnQ+uDi3SpE4WS3q70YjiXQq+numM2BcrVwDeeLjZguY4u
  HMWE4LmgvZ8CR0pAVXucG+ite84Uj2qs2r4U8QSV0Awk3hBK5rfuVxo/iZ4rzuSeHO3N', 'base64')
where not exists (select from hedgerow.encryption_keys);

insert into samples (table_name, row, new_row) values
  ('subscription_plans', '{"name": "Sample $uuid", "slug": "sample-$uuid", "price_monthly": 100, "price_yearly": 1000}', null),
  ('customers', '{"user_id": "$self", "stripe_customer_id": "$uuid"}', null),
  ('subscriptions',
    '{"customer_id": "$self", "plan_id": "f0000000-0000-4000-8000-000000000001", "stripe_subscription_id": "$uuid", "status": "active", "billing_interval": "monthly", "current_period_start": "2026-01-01", "current_period_end": "2026-02-01"}', null),
  ('invoices', '{"customer_id": "$self", "stripe_invoice_id": "$uuid", "amount_due": 100, "status": "open"}', null),
  ('usage_records',
    '{"user_id": "$self", "workspace_id": "b0000000-0000-4000-8000-000000000001", "resource_type": "api_calls", "amount": 1, "unit": "calls"}', null),
  -- Its user may move a job to "canceled" alone: the row is one that is there already.
  ('ai_jobs',
    '{"user_id": "$self", "project_id": "c0000000-0000-4000-8000-000000000001", "job_type": "chat", "input": {}, "status": "canceled"}',
    '{"user_id": "$self", "project_id": "c0000000-0000-4000-8000-000000000001", "job_type": "chat", "input": {}}'),
  ('code_analyses',
    '{"project_id": "c0000000-0000-4000-8000-000000000001", "file_path": "sample.txt", "analysis_type": "explain", "result": {}}', null),
  ('terminal_sessions', '{"user_id": "$self", "project_id": "c0000000-0000-4000-8000-000000000001", "command": "ls"}', null),
  ('code_executions',
    '{"user_id": "$self", "project_id": "c0000000-0000-4000-8000-000000000001", "language": "python", "source_code": "1", "status": "queued"}', null),
  ('git_repositories',
    '{"project_id": "c0000000-0000-4000-8000-000000000001", "provider": "github", "repo_url": "https://github.com/sample/sample"}', null),
  ('background_jobs', '{"job_name": "sample", "job_type": "sync", "input": {}}', null),
  ('api_logs', '{"user_id": "$self", "endpoint": "/sample", "method": "GET", "status_code": 200}', null),
  ('error_logs',
    '{"user_id": "$self", "project_id": "c0000000-0000-4000-8000-000000000001", "error_type": "Sample", "message": "Sample"}', null),
  ('analytics_events',
    '{"user_id": "$self", "workspace_id": "b0000000-0000-4000-8000-000000000001", "event_name": "sample", "event_category": "sample"}', null),
  ('performance_metrics', '{"metric_name": "sample", "metric_type": "db_query", "value": 1, "unit": "ms"}', null),
  ('api_integrations', '{"user_id": "$self", "provider": "openai", "api_key_encrypted": "sample"}', null),
  ('webhook_logs', '{"provider": "sample", "event_id": "$uuid", "event_type": "sample", "payload": {}}', null),
  ('deployments', '{"project_id": "c0000000-0000-4000-8000-000000000001", "environment": "production"}', null),
  ('environment_variables',
    '{"project_id": "c0000000-0000-4000-8000-000000000001", "key": "SAMPLE", "value_encrypted": "sample", "environment": "all"}', null),
  ('environment_variable_changes',
    '{"project_id": "c0000000-0000-4000-8000-000000000001", "variable_id": "$uuid", "key": "SAMPLE", "environment": "all", "action": "created"}', null);

-- A membership made for the stranger would be no stranger's.
update samples set existing_only = true where table_name = 'workspace_members';
