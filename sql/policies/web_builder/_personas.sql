-- The world in which ACCESS.md is played: people, one of them inactive, and a sample row for every table.

insert into auth.users (id, email, email_confirmed_at)
select id::uuid, name || '@personas.invalid', now()
from (values
  ('user',     'a0000000-0000-4000-8000-000000000021'),
  ('inactive', 'a0000000-0000-4000-8000-000000000022'),
  ('other',    'a0000000-0000-4000-8000-000000000023') -- a user too: capital letters are played on this one's rows
) as person (name, id);

insert into personas (name, role, claims)
select split_part(email, '@', 1), 'authenticated', jsonb_build_object('sub', id, 'role', 'authenticated', 'email', email)
from auth.users
where email like '%@personas.invalid'
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

-- Campaigns, integrations and library entries have their person's id, so that "$self" names them in what hangs on them.
insert into web_builder.campaigns (id, name, user_id)
select u.id, 'Played', u.id from web_builder.users as u where u.email like '%@personas.invalid';
insert into web_builder.platform_integrations (id, user_id, platform_type)
select u.id, u.id, 'custom' from web_builder.users as u where u.email like '%@personas.invalid';
insert into web_builder.component_library (id, user_id, name, component_type)
select u.id, u.id, 'Played', 'form' from web_builder.users as u where u.email like '%@personas.invalid';
update web_builder.users set is_active = false where email = 'inactive@personas.invalid';

insert into samples (table_name, row, new_row) values
  ('users', '{"id": "$self"}', null),
  ('user_usage', '{"user_id": "$self", "month": "2020-01-01"}', null),
  ('platform_integrations', '{"user_id": "$self", "platform_type": "wordpress", "encrypted_credentials": "sample"}', null),
  ('platform_analyses', '{"integration_id": "$self", "analysis_type": "full_audit"}', null),
  ('campaigns', '{"user_id": "$self", "name": "Sample"}', null),
  ('campaign_components', '{"campaign_id": "$self", "name": "Sample", "component_type": "form"}', null),
  -- Its person may cancel it: the row is one that was.
  ('ai_generations', '{"user_id": "$self", "generation_type": "campaign", "prompt_text": "Sample", "status": "cancelled"}',
    '{"user_id": "$self", "generation_type": "campaign", "prompt_text": "Sample"}'),
  ('ai_cost_tracking', '{"user_id": "$self", "date": "2020-01-01"}', null),
  ('ai_cost_alerts', '{"user_id": "$self", "date": "2020-01-01", "threshold": 1, "total_cost": 2}', null),
  ('component_library', '{"user_id": "$self", "name": "Sample", "component_type": "form"}', null),
  ('component_likes', '{"component_id": "$self", "user_id": "$self"}', null),
  ('component_purchases', '{"component_id": "$self", "user_id": "$self", "amount": 1}', null),
  ('campaign_events', '{"campaign_id": "$self", "event_type": "view"}', null),
  ('conversions', '{"campaign_id": "$self", "conversion_type": "sale"}', null),
  ('app_settings', '{"key": "sample-$uuid", "value": 1, "is_public": true}', null),
  ('job_queue', '{"job_type": "sample"}', null),
  ('audit_log', '{"user_id": "$self", "table_name": "users", "row_id": "$self", "action": "update"}', null);
