-- API logs, error logs, analytics events, performance metrics (IC-19, IC-20, IC-25). All append-only.

create table public.api_logs (
  id uuid not null default gen_random_uuid(),
  user_id uuid references public.users (id) on delete set null,
  endpoint text not null,
  method text not null,
  status_code integer not null,
  request_body jsonb,
  response_body jsonb,
  duration_ms integer,
  ip_address inet,
  user_agent text,
  created_at timestamptz not null default now(),
  primary key (id, created_at)
) partition by range (created_at);
create index idx_api_logs_user on public.api_logs (user_id, created_at desc);
create index idx_api_logs_endpoint on public.api_logs (endpoint, created_at desc);
create index idx_api_logs_status on public.api_logs (status_code, created_at desc);
comment on table public.api_logs is
  'Requests, as the gateway logs them when that is enabled; bodies only when asked for, secrets never. Read by their user.';
comment on column public.api_logs.endpoint is 'The path, without its query string: that may carry values.';
select hedgerow.partition_by_month('public.api_logs');

create table public.analytics_events (
  id uuid not null default gen_random_uuid(),
  user_id uuid references public.users (id) on delete set null,
  workspace_id uuid references public.workspaces (id) on delete cascade,
  event_name text not null,
  event_category text not null,
  properties jsonb default '{}',
  session_id text,
  page_url text,
  referrer text,
  created_at timestamptz not null default now(),
  primary key (id, created_at)
) partition by range (created_at);
create index idx_analytics_events_user on public.analytics_events (user_id, created_at desc);
create index idx_analytics_events_workspace on public.analytics_events (workspace_id, created_at desc);
create index idx_analytics_events_name on public.analytics_events (event_name, created_at desc);
create index idx_analytics_events_category on public.analytics_events (event_category, created_at desc);
create index idx_analytics_events_properties on public.analytics_events using gin (properties);
comment on table public.analytics_events is
  'What people do in the product. Written through rpc/log_event, read by their user and by the workspace''s admins.';
select hedgerow.partition_by_month('public.analytics_events');

create table public.error_logs (
  id uuid primary key default gen_random_uuid(),
  user_id uuid references public.users (id) on delete set null,
  project_id uuid references public.projects (id) on delete cascade,
  sentry_issue_id text,
  error_type text not null,
  message text not null,
  stack_trace text,
  context jsonb default '{}',
  severity text check (severity in ('fatal', 'error', 'warning', 'info')),
  environment text default 'production',
  created_at timestamptz default now()
);
create index idx_error_logs_user on public.error_logs (user_id, created_at desc);
create index idx_error_logs_project on public.error_logs (project_id);
create index idx_error_logs_severity on public.error_logs (severity, created_at desc);
create index idx_error_logs_sentry on public.error_logs (sentry_issue_id);
create index idx_error_logs_created on public.error_logs (created_at);
comment on table public.error_logs is
  'Errors of the application. Written through rpc/log_error, read by their user and by the workspace''s admins.';

create table public.performance_metrics (
  id uuid primary key default gen_random_uuid(),
  metric_name text not null,
  metric_type text not null check (metric_type in ('api_latency', 'db_query', 'page_load', 'ai_response')),
  value decimal not null,
  unit text not null,
  tags jsonb default '{}',
  recorded_at timestamptz default now()
);
create index idx_performance_metrics_name on public.performance_metrics (metric_name, recorded_at desc);
create index idx_performance_metrics_type on public.performance_metrics (metric_type, recorded_at desc);
create index idx_performance_metrics_recorded on public.performance_metrics (recorded_at);
comment on table public.performance_metrics is 'Measurements of the platform. Written and read by service.';

select hedgerow.make_partitions();

create function hedgerow.log_requests(entries jsonb) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
  logged integer;
begin
  -- A user who is deleted while the gateway holds the batch must not cost the others their log: the lock keeps those
  -- who still are, the join drops the name of those who are not.
  perform from public.users as u
  where u.id in (select (e ->> 'user_id')::uuid from jsonb_array_elements(entries) as e)
  order by u.id for key share;
  insert into public.api_logs (user_id, endpoint, method, status_code, request_body, response_body, duration_ms,
    ip_address, user_agent, created_at)
  select u.id, hedgerow.redact_text(split_part(e.endpoint, '?', 1)), e.method, e.status_code,
    hedgerow.redact(e.request_body), hedgerow.redact(e.response_body), e.duration_ms,
    e.ip_address, hedgerow.redact_text(left(e.user_agent, 1024)), coalesce(e.created_at, now())
  from jsonb_to_recordset(entries) as e (user_id uuid, endpoint text, method text, status_code integer,
    request_body jsonb, response_body jsonb, duration_ms integer, ip_address inet, user_agent text, created_at timestamptz)
  left join public.users as u on u.id = e.user_id;
  get diagnostics logged = row_count;
  return logged;
end
$$;
comment on function hedgerow.log_requests(jsonb) is
  'Writes a batch of requests, a JSON array of api_logs rows, into api_logs; secrets and query strings are removed. Returns how many.';
-- The gateway calls it as itself, having become nobody; anon and authenticated are not among these.
grant usage on schema hedgerow to authenticator;
grant execute on function hedgerow.log_requests(jsonb) to authenticator, hedgerow_jobs, service_role;

create function hedgerow.take_log_rate(what text) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  if (select auth.uid()) is not null then
    perform hedgerow.take_rate(what || ':user:' || (select auth.uid()), 120);
  else
    -- The address is what the caller's proxy says, so that it alone would not stop a liar: all anonymous callers
    -- together have a limit as well.
    perform hedgerow.take_rate(what || ':address:' || coalesce(host(hedgerow.request_address()), 'unknown'), 60);
    perform hedgerow.take_rate(what || ':anonymous', 6000);
  end if;
end
$$;
comment on function hedgerow.take_log_rate(text) is
  'A minute''s limit on what clients log: 120 for a user, 60 for an anonymous address, 6,000 for all anonymous callers.';

create function public.log_event(
  event_name text, event_category text, properties jsonb default '{}', workspace_id uuid default null,
  session_id text default null, page_url text default null, referrer text default null)
returns uuid
language plpgsql security definer set search_path = ''
as $$
declare
  logged uuid;
begin
  perform hedgerow.take_log_rate('log_event');
  if pg_column_size(properties) > 16384 then
    raise sqlstate 'PT413' using message = 'an event''s properties may hold 16 kB', hint = 'Send what describes the event, not its data.';
  end if;
  if log_event.workspace_id is not null then
    perform hedgerow.require_workspace_role(log_event.workspace_id, 'viewer');
  end if;
  insert into public.analytics_events (user_id, workspace_id, event_name, event_category, properties, session_id, page_url, referrer)
  values ((select auth.uid()), log_event.workspace_id, left(log_event.event_name, 200), left(log_event.event_category, 200),
    hedgerow.redact(coalesce(log_event.properties, '{}')), left(log_event.session_id, 200),
    left(log_event.page_url, 2048), left(log_event.referrer, 2048))
  returning id into logged;
  return logged;
end
$$;
comment on function public.log_event(text, text, jsonb, uuid, text, text, text) is
  'Records that something happened in the product; returns the event''s id. At most 120 a minute for a user. With a workspace, for its members.';

create function public.log_error(
  error_type text, message text, stack_trace text default null, context jsonb default '{}', severity text default 'error',
  environment text default 'production', project_id uuid default null, sentry_issue_id text default null)
returns uuid
language plpgsql security definer set search_path = ''
as $$
declare
  logged uuid;
begin
  perform hedgerow.take_log_rate('log_error');
  if pg_column_size(context) > 16384 then
    raise sqlstate 'PT413' using message = 'an error''s context may hold 16 kB', hint = 'Send what helps to find the cause, not the data.';
  end if;
  if log_error.project_id is not null then
    perform hedgerow.require_project_role(log_error.project_id, 'viewer');
  end if;
  insert into public.error_logs (user_id, project_id, sentry_issue_id, error_type, message, stack_trace, context, severity, environment)
  values ((select auth.uid()), log_error.project_id, left(log_error.sentry_issue_id, 200), left(log_error.error_type, 200),
    hedgerow.redact_text(left(log_error.message, 8192)), hedgerow.redact_text(left(log_error.stack_trace, 65536)),
    hedgerow.redact(coalesce(log_error.context, '{}')), log_error.severity, left(log_error.environment, 200))
  returning id into logged;
  return logged;
end
$$;
comment on function public.log_error(text, text, text, jsonb, text, text, uuid, text) is
  'Records an error of the application; returns its id. At most 120 a minute for a user. With a project, for its workspace''s members.';

grant execute on function public.log_event(text, text, jsonb, uuid, text, text, text) to anon, authenticated, service_role;
grant execute on function public.log_error(text, text, text, jsonb, text, text, uuid, text) to anon, authenticated, service_role;

create function hedgerow.delete_old_logs(moment timestamptz default now(), keep interval default '90 days') returns integer
language plpgsql security definer set search_path = ''
as $$
declare
  errors integer;
  metrics integer;
begin
  delete from public.error_logs where created_at < moment - keep;
  get diagnostics errors = row_count;
  delete from public.performance_metrics where recorded_at < moment - keep;
  get diagnostics metrics = row_count;
  return errors + metrics;
end
$$;
comment on function hedgerow.delete_old_logs(timestamptz, interval) is
  'Deletes errors and measurements older than 90 days at the moment; returns how many. The partitioned logs go with hedgerow.drop_old_partitions.';
grant execute on function hedgerow.delete_old_logs(timestamptz, interval) to hedgerow_jobs, service_role;

alter table public.api_logs enable row level security;
alter table public.api_logs force row level security;
alter table public.analytics_events enable row level security;
alter table public.analytics_events force row level security;
alter table public.error_logs enable row level security;
alter table public.error_logs force row level security;
alter table public.performance_metrics enable row level security;
alter table public.performance_metrics force row level security;

-- Forced RLS binds the tables' owner; these run as the definer.
alter function hedgerow.log_requests(jsonb) owner to hedgerow_definer;
alter function hedgerow.take_log_rate(text) owner to hedgerow_definer;
alter function public.log_event(text, text, jsonb, uuid, text, text, text) owner to hedgerow_definer;
alter function public.log_error(text, text, text, jsonb, text, text, uuid, text) owner to hedgerow_definer;
alter function hedgerow.delete_old_logs(timestamptz, interval) owner to hedgerow_definer;
