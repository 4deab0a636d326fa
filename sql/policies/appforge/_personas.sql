-- The world in which ACCESS.md is played: a team with a person in every role and its project, a creator with a template and its buyer, somebody
-- who has nothing to do with any of it, and a sample row for every table. A person's id is their account's, so "$self" names them.

insert into auth.users (id, email, email_confirmed_at)
select id::uuid, name || '@personas.invalid', now()
from (values
  ('stranger', 'a0000000-0000-4000-8000-000000000031'),
  ('viewer',   'a0000000-0000-4000-8000-000000000032'),
  ('editor',   'a0000000-0000-4000-8000-000000000033'),
  ('admin',    'a0000000-0000-4000-8000-000000000034'),
  ('owner',    'a0000000-0000-4000-8000-000000000035'),
  ('buyer',    'a0000000-0000-4000-8000-000000000036'),
  ('creator',  'a0000000-0000-4000-8000-000000000037'),
  ('other',    'a0000000-0000-4000-8000-000000000038'), -- an editor who bought the template: capital letters are played on this one's rows
  ('newcomer', 'a0000000-0000-4000-8000-000000000039')  -- whom others add or grant to; plays nothing
) as person (name, id);

insert into personas (name, role, claims)
select split_part(email, '@', 1), 'authenticated', jsonb_build_object('sub', id, 'role', 'authenticated', 'email', email)
from auth.users
where email like '%@personas.invalid' and email not like 'newcomer@%'
union all
values ('anon', 'anon', '{"role": "anon"}'::jsonb), ('service', 'service_role', '{"role": "service_role"}');

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

insert into appforge.teams (id, name, created_by) values ('played', 'Played', 'a0000000-0000-4000-8000-000000000035');
insert into appforge.team_members (team_id, user_id, role)
select 'played', u.id, replace(split_part(u.email, '@', 1), 'other', 'editor')::appforge.team_role
from appforge.users as u where u.email ~ '^(viewer|editor|admin|other)@personas.invalid$';
insert into appforge.projects (id, owner_id, team_id, name) values ('played', 'a0000000-0000-4000-8000-000000000035', 'played', 'Played');
insert into appforge.project_permissions (project_id, user_id) values ('played', 'a0000000-0000-4000-8000-000000000038');
insert into appforge.apps (id, project_id, name) values ('played', 'played', 'Played');
insert into appforge.app_errors (id, app_id, error_fingerprint) values ('played', 'played', 'played');
insert into appforge.integration_configs (id, project_id, integration_type) values ('played', 'played', 'github');
-- Two templates: one sold, one for sale.
insert into appforge.templates (id, creator_id, name, status, version)
values ('sold', 'a0000000-0000-4000-8000-000000000037', 'Sold', 'published', '1.0.0'),
       ('for-sale', 'a0000000-0000-4000-8000-000000000037', 'For sale', 'published', '1.0.0');
insert into appforge.marketplace_purchases (buyer_id, template_id, creator_id, amount, platform_fee, creator_payout, payment_status)
select b.id, 'sold', 'a0000000-0000-4000-8000-000000000037', 0, 0, 0, 'completed'
from appforge.users as b where b.email ~ '^(buyer|other)@personas.invalid$';
insert into appforge.marketplace_purchases (id, buyer_id, template_id, creator_id, amount, platform_fee, creator_payout)
values ('pending', 'a0000000-0000-4000-8000-000000000039', 'sold', 'a0000000-0000-4000-8000-000000000037', 10, 3, 7);
insert into appforge.template_ratings (id, template_id, user_id, rating)
select 'by-' || split_part(u.email, '@', 1), 'sold', u.id, 5 from appforge.users as u where u.email ~ '^(buyer|other|newcomer)@personas.invalid$';

insert into samples (table_name, row, new_row) values
  ('users', '{"id": "$self"}', null),
  ('teams', '{"id": "played"}', '{"name": "Another", "created_by": "$self"}'),
  ('role_permissions', '{"permission": "view_projects", "role": "viewer", "allowed": true}', null),
  ('team_members', '{"team_id": "played", "user_id": "$self"}', '{"team_id": "played", "user_id": "a0000000-0000-4000-8000-000000000039", "role": "viewer"}'),
  ('projects', '{"id": "played"}', '{"name": "Another", "owner_id": "$self"}'),
  ('project_permissions', '{"project_id": "played", "user_id": "$self"}', '{"project_id": "played", "user_id": "a0000000-0000-4000-8000-000000000039"}'),
  ('apps', '{"project_id": "played", "name": "Sample"}', null),
  ('templates', '{"creator_id": "$self", "name": "Sample", "status": "published"}', '{"creator_id": "$self", "name": "Sample"}'),
  ('template_sources', '{"template_id": "sold", "version": "9.9.9", "definition": {}}', null),
  ('marketplace_purchases',
    '{"buyer_id": "$self", "template_id": "for-sale", "creator_id": "a0000000-0000-4000-8000-000000000037", "amount": 10, "platform_fee": 3, "creator_payout": 7}', null),
  ('commissions', '{"creator_id": "$self", "purchase_id": "pending", "amount": 7}', null),
  ('template_ratings', '{"template_id": "sold", "user_id": "$self", "rating": 4}', null),
  ('rating_votes', '{"rating_id": "by-newcomer", "user_id": "$self"}', null),
  ('referral_codes', '{"creator_id": "$self", "code": "$uuid", "discount_percentage": 10}', null),
  ('app_metrics', '{"app_id": "played", "metric_type": "cpu", "value": 1}', null),
  ('app_metrics_hourly',
    '{"app_id": "played", "metric_type": "cpu", "hour": "2020-01-01", "count": 1, "total": 1, "errors": 0, "minutes_seen": 1, "minutes_down": 0, "samples": [1]}', null),
  ('app_errors', '{"app_id": "played", "error_fingerprint": "$uuid"}', null),
  ('error_alerts', '{"app_id": "played", "error_id": "played", "user_id": "$self", "alert_type": "email", "hour": "2020-01-01"}', null),
  ('performance_reports', '{"app_id": "played", "period_start": "2020-01-01", "period_end": "2020-01-02"}', null),
  ('code_reviews', '{"project_id": "played", "reviewer_id": "$self", "author_id": "a0000000-0000-4000-8000-000000000039"}',
    '{"project_id": "played", "reviewer_id": "a0000000-0000-4000-8000-000000000038"}'),
  ('activity_logs', '{"project_id": "played", "user_id": "$self", "action": "updated", "resource_type": "project"}', null),
  ('comments', '{"resource_type": "project", "resource_id": "played", "user_id": "$self", "content": "Sample"}', null),
  ('integration_configs', '{"project_id": "played", "integration_type": "slack", "config_data": "{}"}', null),
  ('webhook_logs', '{"integration_id": "played", "event_type": "sample"}', null),
  ('deployments', '{"app_id": "played", "version": "1"}', null),
  ('project_versions', '{"project_id": "played", "version_number": "$uuid", "backup_data": "\\x7b7d"}', null),
  ('security_audits', '{"project_id": "played", "audit_type": "compliance_check"}', null),
  ('encrypted_secrets', '{"project_id": "played", "secret_name": "sample-$uuid", "secret_value": "sample"}', null),
  ('audit_trails', '{"user_id": "$self", "action": "updated", "resource_type": "secret", "project_id": "played"}', null);

-- Made for the stranger, these would make them none: they are only found.
update samples set existing_only = true where table_name in ('team_members', 'project_permissions', 'template_ratings');
