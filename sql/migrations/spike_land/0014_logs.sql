-- What is written down: audit, errors, e-mails; feedback; tracked URLs (SL-22).

create table spike_land.audit_logs (
  id text primary key default hedgerow.cuid(),
  user_id text not null references spike_land.users (id) on delete cascade,
  action spike_land.audit_action not null,
  target_id text,
  metadata jsonb,
  ip_address text,
  created_at timestamptz not null default now()
);
create index audit_logs_user_idx on spike_land.audit_logs (user_id);
create index audit_logs_action_idx on spike_land.audit_logs (action);
create index audit_logs_target_idx on spike_land.audit_logs (target_id);
create index audit_logs_created_idx on spike_land.audit_logs (created_at desc);
comment on table spike_land.audit_logs is 'What admins did. Append-only; written by the database, read by admins.';
comment on column spike_land.audit_logs.user_id is 'Who did it; for what the service key did, whom it was done to';

create table spike_land.error_logs (
  id text primary key default hedgerow.cuid(),
  timestamp timestamptz not null default now(),
  message text not null,
  stack text,
  source_file text,
  source_line integer,
  source_column integer,
  caller_name text,
  -- Not the seed's key, so that no row is left pointing at nobody.
  user_id text references spike_land.users (id) on delete set null,
  route text,
  environment spike_land.error_environment not null,
  error_type text,
  error_code text,
  metadata jsonb
);
create index error_logs_timestamp_idx on spike_land.error_logs (timestamp desc);
create index error_logs_source_file_idx on spike_land.error_logs (source_file);
create index error_logs_type_idx on spike_land.error_logs (error_type);
create index error_logs_environment_idx on spike_land.error_logs (environment);
create index error_logs_user_idx on spike_land.error_logs (user_id) where user_id is not null;
comment on table spike_land.error_logs is 'Errors of the application. Append-only; written through rpc/log_error, read by admins.';

create table spike_land.email_logs (
  id text primary key default hedgerow.cuid(),
  user_id text not null references spike_land.users (id) on delete cascade,
  "to" text not null,
  subject text not null,
  template text not null,
  status spike_land.email_status not null default 'SENT',
  resend_id text unique,
  sent_at timestamptz not null default now(),
  opened_at timestamptz,
  clicked_at timestamptz,
  bounced_at timestamptz,
  metadata jsonb
);
create index email_logs_user_idx on spike_land.email_logs (user_id);
create index email_logs_status_idx on spike_land.email_logs (status);
create index email_logs_sent_idx on spike_land.email_logs (sent_at desc);
create index email_logs_template_idx on spike_land.email_logs (template);
comment on table spike_land.email_logs is 'E-mails sent. Written by service, read by admins; what became of them by rpc/record_email_event.';

create table spike_land.feedback (
  id text primary key default hedgerow.cuid(),
  user_id text default spike_land_private.me() references spike_land.users (id) on delete set null,
  email text check (email ~ '^[^@\s]+@[^@\s]+$' and char_length(email) <= 320),
  type spike_land.feedback_type not null,
  message text not null check (message ~ '\S' and char_length(message) <= 10000),
  page text not null check (char_length(page) <= 2048),
  user_agent text check (char_length(user_agent) <= 1024),
  status spike_land.feedback_status not null default 'NEW',
  admin_note text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index feedback_user_idx on spike_land.feedback (user_id);
create index feedback_status_idx on spike_land.feedback (status, created_at desc);
create index feedback_type_idx on spike_land.feedback (type);
create index feedback_created_idx on spike_land.feedback (created_at desc);
comment on table spike_land.feedback is 'What people tell us. Anyone sends it (20 in an hour), admins read and answer it.';

create trigger feedback_lifecycle before update of status on spike_land.feedback
  for each row execute function hedgerow.keep_lifecycle('feedback',
    'NEW>REVIEWED', 'NEW>RESOLVED', 'NEW>DISMISSED', 'REVIEWED>RESOLVED', 'REVIEWED>DISMISSED', 'DISMISSED>REVIEWED', 'RESOLVED>REVIEWED');

create table spike_land.tracked_urls (
  id text primary key default hedgerow.cuid(),
  path text not null unique check (path ~ '^/[^\s?#]*$' and char_length(path) <= 2048),
  label text,
  is_active boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  created_by_id text not null default spike_land_private.me() references spike_land.users (id) on delete cascade
);
create index tracked_urls_active_idx on spike_land.tracked_urls (is_active);
create index tracked_urls_creator_idx on spike_land.tracked_urls (created_by_id);
comment on table spike_land.tracked_urls is 'Pages whose visits are looked at. By admins.';
comment on column spike_land.tracked_urls.path is 'The path alone: no host, no query';

create trigger audit_logs_keep before update on spike_land.audit_logs
  for each row execute function hedgerow.refuse_update();

set local role hedgerow_definer;

create function spike_land_private.audit(action spike_land.audit_action, target_id text, metadata jsonb default null) returns void
language sql security definer set search_path = ''
as $$
  insert into spike_land.audit_logs (user_id, action, target_id, metadata, ip_address)
  select u.id, audit.action, audit.target_id, hedgerow.redact(audit.metadata), host(hedgerow.request_address())
  from spike_land.users as u
  where u.id = coalesce(spike_land_private.me(), audit.target_id)
$$;
comment on function spike_land_private.audit(spike_land.audit_action, text, jsonb) is
  'Writes down what the signed-in person did; without one, what was done to a person';

create function spike_land_private.audit_role() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform spike_land_private.audit('ROLE_CHANGE', new.id, jsonb_build_object('from', old.role, 'to', new.role));
  return null;
end
$$;
comment on function spike_land_private.audit_role() is 'Row trigger: a changed role is written down';

-- The key that nulls user_id when a person is deleted is the one change there is.
create function spike_land_private.keep_error_log() returns trigger
language plpgsql set search_path = ''
as $$
begin
  if to_jsonb(new) - 'user_id' <> to_jsonb(old) - 'user_id' or new.user_id is not null then
    raise sqlstate 'PT405' using message = 'error_logs is append-only: its rows are never changed', hint = 'Write another row.';
  end if;
  return new;
end
$$;
comment on function spike_land_private.keep_error_log() is 'Row trigger: an error is never changed, but for the person who is deleted';

create function spike_land.log_error(
  message text, environment spike_land.error_environment default 'FRONTEND', stack text default null, source_file text default null,
  source_line integer default null, source_column integer default null, caller_name text default null, route text default null,
  error_type text default null, error_code text default null, metadata jsonb default null)
returns text
language plpgsql security definer set search_path = ''
as $$
declare
  logged text;
begin
  perform hedgerow.take_rate('spike_land.errors:' || coalesce(auth.uid()::text, host(hedgerow.request_address()), 'unknown'), 60);
  if coalesce(log_error.message, '') !~ '\S' then
    raise sqlstate 'PT400' using message = 'an error has a message';
  end if;
  if octet_length(log_error.metadata::text) > 16384 then
    raise sqlstate 'PT413' using message = 'an error''s metadata may hold 16 kB', hint = 'Send what helps to find the cause, not the data.';
  end if;
  insert into spike_land.error_logs (message, stack, source_file, source_line, source_column, caller_name, user_id, route, environment, error_type,
    error_code, metadata)
  values (hedgerow.redact_text(left(log_error.message, 8192)), hedgerow.redact_text(left(log_error.stack, 65536)), left(log_error.source_file, 500),
    log_error.source_line, log_error.source_column, left(log_error.caller_name, 200), spike_land_private.me(), left(log_error.route, 2048),
    log_error.environment, left(log_error.error_type, 200), left(log_error.error_code, 200), hedgerow.redact(log_error.metadata))
  returning id into logged;
  return logged;
end
$$;
comment on function spike_land.log_error(text, spike_land.error_environment, text, text, integer, integer, text, text, text, text, jsonb) is
  'Records an error of the application; returns its id. At most 60 a minute for a person or address. Secrets in it are blotted out';
grant execute on function spike_land.log_error(text, spike_land.error_environment, text, text, integer, integer, text, text, text, text, jsonb)
  to anon, authenticated, service_role;

create function spike_land.record_email_event(resend_id text, event text, moment timestamptz default now()) returns spike_land.email_logs
language plpgsql security definer set search_path = ''
as $$
declare
  becomes constant spike_land.email_status := case record_email_event.event
    when 'email.sent' then 'SENT' when 'email.delivered' then 'DELIVERED' when 'email.opened' then 'OPENED'
    when 'email.clicked' then 'CLICKED' when 'email.bounced' then 'BOUNCED' when 'email.failed' then 'FAILED' end;
  mail spike_land.email_logs;
begin
  if becomes is null then
    raise sqlstate 'PT400' using
      message = format('"%s" is nothing that becomes of an e-mail', record_email_event.event),
      hint = 'email.sent, delivered, opened, clicked, bounced, failed.';
  end if;
  -- Webhooks repeat themselves and overtake each other: the status goes forward, and each moment is the first one's.
  update spike_land.email_logs as m set
    status = greatest(m.status, becomes),
    opened_at = case when becomes in ('OPENED', 'CLICKED') then least(m.opened_at, moment) else m.opened_at end,
    clicked_at = case when becomes = 'CLICKED' then least(m.clicked_at, moment) else m.clicked_at end,
    bounced_at = case when becomes = 'BOUNCED' then least(m.bounced_at, moment) else m.bounced_at end
  where m.resend_id = record_email_event.resend_id
  returning m.* into mail;
  if mail.id is null then
    raise sqlstate 'PT404' using message = format('there is no e-mail %s', record_email_event.resend_id);
  end if;
  return mail;
end
$$;
comment on function spike_land.record_email_event(text, text, timestamptz) is
  'A webhook said what became of an e-mail: sent, delivered, opened, clicked, bounced, failed. Safe to repeat, in any order. Service only';
grant execute on function spike_land.record_email_event(text, text, timestamptz) to service_role, hedgerow_jobs;

create function spike_land_private.take_feedback_rate() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if auth.role() is distinct from 'service_role' then
    perform hedgerow.take_rate('spike_land.feedback:' || coalesce(auth.uid()::text, host(hedgerow.request_address()), 'unknown'), 20, '1 hour');
  end if;
  new.user_agent := coalesce(new.user_agent, hedgerow.request_agent());
  return new;
end
$$;
comment on function spike_land_private.take_feedback_rate() is 'Row trigger: 20 in an hour for a person, or an address where nobody is signed in';

create function spike_land_private.delete_old_errors(moment timestamptz default now()) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
  gone integer;
begin
  delete from spike_land.error_logs as e where e.timestamp < moment - interval '90 days';
  get diagnostics gone = row_count;
  return gone;
end
$$;
comment on function spike_land_private.delete_old_errors(timestamptz) is 'Deletes errors older than 90 days at the moment; returns how many.';
grant execute on function spike_land_private.delete_old_errors(timestamptz) to hedgerow_jobs, service_role;

set local role hedgerow_admin;

create trigger error_logs_keep before update on spike_land.error_logs
  for each row execute function spike_land_private.keep_error_log();
create trigger users_audit_role after update of role on spike_land.users
  for each row when (old.role <> new.role) execute function spike_land_private.audit_role();
create trigger feedback_take_rate before insert on spike_land.feedback
  for each row execute function spike_land_private.take_feedback_rate();

select hedgerow.register_upkeep('spike_land.delete-old-errors', 'spike_land_private.delete_old_errors');
