-- Integrations and webhooks (AF-15, AF-16), secrets and audits (AF-19 to AF-21).

create type appforge.integration_type as enum ('stripe', 'sendgrid', 'twilio', 'slack', 'github', 'datadog', 'aws', 'firebase');
create type appforge.audit_type as enum ('penetration_test', 'vulnerability_scan', 'compliance_check');
create type appforge.secret_type as enum ('api_key', 'password', 'token', 'certificate');

create table appforge.integration_configs (
  id text primary key default hedgerow.cuid(),
  project_id text not null references appforge.projects (id) on delete cascade,
  integration_type appforge.integration_type not null,
  config_data text,
  is_active boolean not null default true,
  test_mode boolean not null default false,
  created_at timestamptz not null default now(),
  last_tested_at timestamptz,
  webhook_url text check (webhook_url ~ '^https?://'),
  webhook_secret text,
  unique (project_id, integration_type)
);
comment on table appforge.integration_configs is 'A project''s connection to stripe, sendgrid, twilio, slack, github, datadog, aws or firebase: one each. For its admins';
comment on column appforge.integration_configs.config_data is 'A JSON object with keys and tokens. Written in clear, stored encrypted, never read back';
comment on column appforge.integration_configs.last_tested_at is 'When a test call last succeeded (`rpc/test_integration`). Set by the database';
comment on column appforge.integration_configs.webhook_url is 'Where events are delivered';
comment on column appforge.integration_configs.webhook_secret is 'What deliveries are signed with. Written in clear, stored encrypted, never read back';

create table appforge.webhook_logs (
  id text primary key default hedgerow.cuid(),
  integration_id text not null references appforge.integration_configs (id) on delete cascade,
  event_type text not null,
  payload jsonb not null default '{}',
  response_status int,
  response_body text,
  retry_count int not null default 0 check (retry_count between 0 and 8),
  next_retry_at timestamptz,
  timestamp timestamptz not null default clock_timestamp()
);
create index idx_webhook_logs_integration on appforge.webhook_logs (integration_id, timestamp desc);
create index idx_webhook_logs_due on appforge.webhook_logs (next_retry_at) where next_retry_at is not null;
create index idx_webhook_logs_time on appforge.webhook_logs (timestamp);
comment on table appforge.webhook_logs is 'Deliveries of events, with what was answered; replayed with `rpc/replay_webhook`. Kept 30 days, then archived';
comment on column appforge.webhook_logs.retry_count is 'Tries that failed, of eight';
comment on column appforge.webhook_logs.next_retry_at is 'When it is tried next; null when it was delivered or given up';

create table appforge.encrypted_secrets (
  id text primary key default hedgerow.cuid(),
  project_id text not null references appforge.projects (id) on delete cascade,
  secret_name text not null check (secret_name ~ '\S'),
  secret_value text not null,
  secret_type appforge.secret_type not null default 'api_key',
  created_by text default appforge_private.me() references appforge.users (id) on delete set null,
  created_at timestamptz not null default now(),
  last_accessed_at timestamptz,
  access_count int not null default 0,
  unique (project_id, secret_name)
);
create index encrypted_secrets_created_by on appforge.encrypted_secrets (created_by);
comment on table appforge.encrypted_secrets is 'Secrets of a project, for its admins: read with `rpc/reveal_secret`, which counts and is audited';
comment on column appforge.encrypted_secrets.secret_value is 'Written in clear, stored encrypted, read with rpc/reveal_secret';

create table appforge.security_audits (
  id text primary key default hedgerow.cuid(),
  project_id text not null references appforge.projects (id) on delete cascade,
  audit_type appforge.audit_type not null,
  findings jsonb not null default '[]' check (jsonb_typeof(findings) = 'array'),
  severity_distribution jsonb not null default '{}',
  remediation_recommendations text,
  completed_at timestamptz,
  next_audit_scheduled_at timestamptz,
  created_at timestamptz not null default now()
);
create index idx_security_audits_project on appforge.security_audits (project_id, created_at desc);
comment on table appforge.security_audits is 'Security audits of a project, for its admins';
comment on column appforge.security_audits.findings is 'An array of {"severity": low | medium | high | critical, …}';
comment on column appforge.security_audits.severity_distribution is 'How many findings of each severity. Derived';
comment on column appforge.security_audits.next_audit_scheduled_at is '90 days after this one was completed, unless it is set';

create table appforge.audit_trails (
  id text primary key default hedgerow.cuid(),
  user_id text not null,
  action text not null,
  resource_type text not null,
  resource_id text,
  old_value text,
  new_value text,
  ip_address text,
  user_agent text,
  timestamp timestamptz not null default clock_timestamp(),
  project_id text,
  team_id text
);
create index idx_audit_user_time on appforge.audit_trails (user_id, timestamp desc);
create index idx_audit_resource on appforge.audit_trails (resource_type, resource_id);
create index idx_audit_project on appforge.audit_trails (project_id, timestamp desc);
create index idx_audit_team on appforge.audit_trails (team_id, timestamp desc);
create index idx_audit_time on appforge.audit_trails (timestamp);
comment on table appforge.audit_trails is
  'Every write to permissions, secrets, integrations and members, and every secret that was read. Append-only, also for owners and for service; kept three years, then archived';
comment on column appforge.audit_trails.user_id is 'Who did it; "service" for the platform';
comment on column appforge.audit_trails.old_value is 'JSON, without secrets';

do $$
declare
  made regclass;
begin
  foreach made in array '{appforge.integration_configs,appforge.webhook_logs,appforge.encrypted_secrets,appforge.security_audits,appforge.audit_trails}'::regclass[] loop
    execute format('alter table %s enable row level security, force row level security', made);
  end loop;
end $$;
create trigger refuse_update before update on appforge.audit_trails for each row execute function hedgerow.refuse_update();

create function appforge_private.check_config() returns trigger
language plpgsql set search_path = ''
as $$
begin
  -- A cipher text that stays as it is begins with a dash; what is written is JSON.
  if new.config_data is not null and (tg_op = 'INSERT' or new.config_data is distinct from old.config_data) then
    begin
      if jsonb_typeof(new.config_data::jsonb) <> 'object' then
        raise invalid_text_representation;
      end if;
    exception when invalid_text_representation then
      raise sqlstate 'PT400' using message = 'config_data is no JSON object', hint = 'Send something like {"api_key": "…"}.';
    end;
  end if;
  return new;
end
$$;
comment on function appforge_private.check_config() is 'Row trigger: config_data is a JSON object before it is encrypted';
-- Triggers run in the order of their names: what is checked is not yet encrypted.
create trigger check_config before insert or update of config_data on appforge.integration_configs
  for each row execute function appforge_private.check_config();
create trigger encrypt_columns before insert or update on appforge.integration_configs
  for each row execute function hedgerow.encrypt_columns('config_data', 'webhook_secret');
create trigger encrypt_columns before insert or update on appforge.encrypted_secrets
  for each row execute function hedgerow.encrypt_columns('secret_value');

create function appforge_private.derive_audit() returns trigger
language plpgsql set search_path = ''
as $$
begin
  if exists (select from jsonb_array_elements(new.findings) as f
             where coalesce(f ->> 'severity', '') not in ('low', 'medium', 'high', 'critical')) then
    raise sqlstate 'PT400' using message = 'a finding has no severity of low, medium, high or critical', hint = 'Give each finding one.';
  end if;
  new.severity_distribution := (
    select jsonb_object_agg(s.severity, (select count(*) from jsonb_array_elements(new.findings) as f where f ->> 'severity' = s.severity))
    from unnest('{low,medium,high,critical}'::text[]) as s (severity));
  if new.completed_at is not null then
    new.next_audit_scheduled_at := coalesce(new.next_audit_scheduled_at, new.completed_at + interval '90 days');
  end if;
  return new;
end
$$;
comment on function appforge_private.derive_audit() is 'Row trigger: counts the findings of each severity; schedules the next audit';
create trigger derive_audit before insert or update on appforge.security_audits
  for each row execute function appforge_private.derive_audit();

-- AF-20, AF-21.
create function appforge_private.write_audit(action text, resource_type text, resource_id text, old_value jsonb, new_value jsonb, project text, team text)
returns void
language plpgsql security definer set search_path = ''
as $$
begin
  insert into appforge.audit_trails (user_id, action, resource_type, resource_id, old_value, new_value, ip_address, user_agent, project_id, team_id)
  values (coalesce(auth.uid()::text, 'service'), write_audit.action, write_audit.resource_type, write_audit.resource_id,
    hedgerow.redact(write_audit.old_value)::text, hedgerow.redact(write_audit.new_value)::text,
    host(hedgerow.request_address()), hedgerow.request_agent(), project, team);
end
$$;
comment on function appforge_private.write_audit(text, text, text, jsonb, jsonb, text, text) is 'A row of the audit trail, with address and agent of the request';
alter function appforge_private.write_audit(text, text, text, jsonb, jsonb, text, text) owner to hedgerow_definer;

create function appforge_private.audit() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  secrets constant text[] := '{config_data,webhook_secret,secret_value}';
  before jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) end;
  after jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) end;
  about constant jsonb := coalesce(after, before);
  rewritten text[];
begin
  -- Of a secret it says that it changed, never what it is.
  if tg_op = 'UPDATE' then
    rewritten := array(select s from unnest(secrets) as s where after ->> s is distinct from before ->> s);
    if before - secrets = after - secrets and rewritten = '{}' then
      return null;
    end if;
    after := (after - secrets) || case when rewritten = '{}' then '{}' else jsonb_build_object('rewritten', rewritten) end;
  else
    after := after - secrets;
  end if;
  perform appforge_private.write_audit(
    case tg_op when 'INSERT' then 'created' when 'UPDATE' then 'updated' else 'deleted' end,
    tg_argv[0], about ->> 'id', before - secrets, after, about ->> 'project_id', about ->> 'team_id');
  return null;
end
$$;
comment on function appforge_private.audit() is 'Row trigger, after each write: the audit trail of what its argument names';
alter function appforge_private.audit() owner to hedgerow_definer;
create trigger audit after insert or update or delete on appforge.project_permissions for each row execute function appforge_private.audit('permission');
create trigger audit after insert or update or delete on appforge.team_members for each row execute function appforge_private.audit('member');
create trigger audit after insert or update or delete on appforge.integration_configs for each row execute function appforge_private.audit('integration');
create trigger audit after insert or delete or update of project_id, secret_name, secret_value, secret_type on appforge.encrypted_secrets
  for each row execute function appforge_private.audit('secret');

create function appforge.reveal_secret(secret_id text) returns text
language plpgsql security definer set search_path = ''
as $$
declare
  secret appforge.encrypted_secrets;
begin
  select * into secret from appforge.encrypted_secrets as s where s.id = reveal_secret.secret_id;
  if secret.id is null or auth.role() is distinct from 'service_role' and appforge_private.project_rank(secret.project_id) < 3 then
    raise sqlstate 'PT404' using message = format('there is no secret %s that you may see', secret_id), hint = 'Admins of its project may.';
  end if;
  update appforge.encrypted_secrets as s set access_count = s.access_count + 1, last_accessed_at = clock_timestamp() where s.id = secret.id;
  perform appforge_private.write_audit('revealed', 'secret', secret.id, null, jsonb_build_object('secret_name', secret.secret_name), secret.project_id, null);
  return hedgerow.decrypt(secret.secret_value);
end
$$;
comment on function appforge.reveal_secret(text) is 'A secret in clear, for admins of its project. Each call is counted and audited';
alter function appforge.reveal_secret(text) owner to hedgerow_definer;
grant execute on function appforge.reveal_secret(text) to authenticated;

-- AF-16. Deliveries are the Jobs room's: it claims what is due, signs it, sends it, and says what was answered.
create function appforge_private.queue_webhook(integration_id text, event_type text, payload jsonb default '{}', moment timestamptz default clock_timestamp())
returns text
language sql security definer set search_path = ''
as $$
  insert into appforge.webhook_logs (integration_id, event_type, payload, next_retry_at, timestamp)
  select c.id, queue_webhook.event_type, queue_webhook.payload, moment, moment
  from appforge.integration_configs as c where c.id = queue_webhook.integration_id and c.is_active
  returning id
$$;
comment on function appforge_private.queue_webhook(text, text, jsonb, timestamptz) is 'Queues an event for delivery; null when the integration is switched off';

create function appforge_private.claim_webhooks(at_most integer default 50, moment timestamptz default clock_timestamp()) returns setof appforge.webhook_logs
language plpgsql security definer set search_path = ''
as $$
begin
  return query
    update appforge.webhook_logs as w set next_retry_at = moment + interval '1 minute' -- for a minute; then another may
    where w.id in (
      select d.id from appforge.webhook_logs as d where d.next_retry_at <= moment order by d.next_retry_at, d.id limit at_most for update skip locked)
    returning w.*;
end
$$;
comment on function appforge_private.claim_webhooks(integer, timestamptz) is 'Deliveries that are due, for a minute; never to two at once';

create function appforge_private.sign(payload text, secret text, moment timestamptz) returns text
language sql immutable parallel safe set search_path = ''
as $$
  select 't=' || t.seconds || ',v1=' || encode(extensions.hmac(t.seconds || '.' || payload, secret, 'sha256'), 'hex')
  from (select floor(extract(epoch from moment))::bigint::text as seconds) as t
$$;
comment on function appforge_private.sign(text, text, timestamptz) is
  'The signature of a delivery, as Stripe writes its own: t=<seconds>,v1=<HMAC-SHA256 in hexadecimal of "seconds.payload">';

create function appforge.sign_webhook(webhook_id text, moment timestamptz default now()) returns text
language plpgsql stable security definer set search_path = ''
as $$
begin
  return (
    select appforge_private.sign(w.payload::text, hedgerow.decrypt(c.webhook_secret), moment)
    from appforge.webhook_logs as w join appforge.integration_configs as c on c.id = w.integration_id
    where w.id = sign_webhook.webhook_id);
end
$$;
comment on function appforge.sign_webhook(text, timestamptz) is 'The header that signs a delivery of its payload; null without a webhook_secret. With the service key only';

create function appforge_private.finish_webhook(webhook_id text, status int, body text default null, moment timestamptz default clock_timestamp())
returns appforge.webhook_logs
language plpgsql security definer set search_path = ''
as $$
declare
  delivered constant boolean := coalesce(status between 200 and 299, false);
  finished appforge.webhook_logs;
begin
  update appforge.webhook_logs as w set
    response_status = status, response_body = left(body, 10000),
    retry_count = w.retry_count + case when delivered then 0 else 1 end,
    -- 10 s, 20 s, 40 s …, each a half less or more by chance, so that many that failed together do not come back together.
    next_retry_at = case when delivered or w.retry_count >= 7 then null
      else moment + interval '10 seconds' * power(2, w.retry_count) * (0.5 + random()) end
  where w.id = finish_webhook.webhook_id and w.next_retry_at is not null
  returning * into finished;
  if delivered and finished.event_type = 'test' then
    update appforge.integration_configs as c set last_tested_at = moment where c.id = finished.integration_id;
  end if;
  return finished;
end
$$;
comment on function appforge_private.finish_webhook(text, int, text, timestamptz) is
  'What a delivery was answered (status null: nothing). Anything but 2xx is tried again, eight times in all. A delivered test sets last_tested_at';

create function appforge_private.admin_integration(integration text) returns appforge.integration_configs
language plpgsql stable security definer set search_path = ''
as $$
declare
  config appforge.integration_configs;
begin
  select * into config from appforge.integration_configs as c where c.id = integration;
  if config.id is null or auth.role() is distinct from 'service_role' and appforge_private.project_rank(config.project_id) < 3 then
    raise sqlstate 'PT404' using message = format('there is no integration %s that you administer', integration), hint = 'Ask an admin of its project.';
  end if;
  return config;
end
$$;
comment on function appforge_private.admin_integration(text) is 'An integration of a project that the caller administers; 404 otherwise';

create function appforge.test_integration(integration_id text) returns text
language plpgsql security definer set search_path = ''
as $$
declare
  config constant appforge.integration_configs := appforge_private.admin_integration(test_integration.integration_id);
  queued constant text := appforge_private.queue_webhook(config.id, 'test', jsonb_build_object('integration_type', config.integration_type, 'test_mode', config.test_mode));
begin
  if queued is null then
    raise sqlstate 'PT409' using message = 'the integration is switched off', hint = 'Set is_active first.';
  end if;
  return queued;
end
$$;
comment on function appforge.test_integration(text) is 'Sends a test event; once it is delivered, last_tested_at says so. Returns the delivery''s id. For admins';

create function appforge.replay_webhook(webhook_id text) returns text
language plpgsql security definer set search_path = ''
as $$
declare
  past appforge.webhook_logs;
begin
  select * into past from appforge.webhook_logs as w where w.id = replay_webhook.webhook_id;
  if past.id is null then
    raise sqlstate 'PT404' using message = format('there is no delivery %s', webhook_id), hint = 'webhook_logs lists those of your projects.';
  end if;
  perform appforge_private.admin_integration(past.integration_id);
  return appforge_private.queue_webhook(past.integration_id, past.event_type, past.payload);
end
$$;
comment on function appforge.replay_webhook(text) is 'Delivers an event once more, as a delivery of its own; returns its id. For admins';

do $$
declare
  made regprocedure;
begin
  for made in
    select p.oid from pg_proc as p
    where p.pronamespace in ('appforge'::regnamespace, 'appforge_private'::regnamespace)
      and p.proname in ('queue_webhook', 'claim_webhooks', 'sign', 'sign_webhook', 'finish_webhook', 'admin_integration', 'test_integration', 'replay_webhook')
  loop
    execute format('alter function %s owner to hedgerow_definer', made);
    if made::text ~ 'queue_webhook|claim_webhooks|finish_webhook' then
      execute format('grant execute on function %s to hedgerow_jobs, service_role', made);
    end if;
  end loop;
end $$;
grant execute on function appforge.sign_webhook(text, timestamptz) to service_role;
grant execute on function appforge.test_integration(text), appforge.replay_webhook(text) to authenticated;

-- AF-13: what happens to a project's resources is written down, before and after.
create function appforge_private.log_activity() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  -- Secrets, snapshots and what counts itself are no news.
  ignored constant text[] := '{config_data,webhook_secret,secret_value,backup_data,key_hash,updated_at,access_count,last_accessed_at}';
  before jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) - ignored end;
  after jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) - ignored end;
  about constant jsonb := coalesce(after, before);
  what text := case tg_op when 'INSERT' then 'created' when 'UPDATE' then 'updated' else 'deleted' end;
  project constant text := case tg_argv[0]
    when 'project' then about ->> 'id'
    when 'deployment' then (select a.project_id from appforge.apps as a where a.id = about ->> 'app_id')
    else about ->> 'project_id' end;
begin
  if tg_op = 'UPDATE' then
    select jsonb_object_agg(a.key, before -> a.key), jsonb_object_agg(a.key, a.value) into before, after
    from jsonb_each(after) as a where a.value is distinct from before -> a.key;
    if after is null then
      return null;
    end if;
  end if;
  if tg_argv[0] = 'deployment' then
    what := case when tg_op = 'INSERT' then 'deployment_started' when after ->> 'status' = 'success' then 'deployed'
      when after ->> 'status' = 'failed' then 'deployment_failed' else what end;
  end if;
  -- What goes with its whole project is told by the project's own row.
  if project is null or tg_argv[0] <> 'project' and not exists (select from appforge.projects as p where p.id = project) then
    return null;
  end if;
  insert into appforge.activity_logs (project_id, user_id, action, resource_type, resource_id, changes)
  values (project, coalesce(auth.uid()::text, 'service'), what, tg_argv[0], about ->> 'id',
    jsonb_strip_nulls(jsonb_build_object('before', hedgerow.redact(before), 'after', hedgerow.redact(after))));
  return null;
end
$$;
comment on function appforge_private.log_activity() is 'Row trigger, after each write: the activity log of a project';
alter function appforge_private.log_activity() owner to hedgerow_definer;
create trigger log_activity after insert or update or delete on appforge.projects for each row execute function appforge_private.log_activity('project');
create trigger log_activity after insert or update or delete on appforge.apps for each row execute function appforge_private.log_activity('app');
create trigger log_activity after insert or update or delete on appforge.deployments for each row execute function appforge_private.log_activity('deployment');
create trigger log_activity after insert or update or delete on appforge.project_versions for each row execute function appforge_private.log_activity('project_version');
create trigger log_activity after insert or update or delete on appforge.code_reviews for each row execute function appforge_private.log_activity('code_review');
create trigger log_activity after insert or update or delete on appforge.integration_configs for each row execute function appforge_private.log_activity('integration');
create trigger log_activity after insert or update or delete on appforge.project_permissions for each row execute function appforge_private.log_activity('permission');
create trigger log_activity after insert or update or delete on appforge.encrypted_secrets for each row execute function appforge_private.log_activity('secret');
create trigger log_activity after insert or update or delete on appforge.security_audits for each row execute function appforge_private.log_activity('security_audit');
