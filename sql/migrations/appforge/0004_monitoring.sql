-- Metrics, errors, alerts, performance reports (AF-06 to AF-09).

create type appforge.metric_type as enum ('error', 'latency', 'throughput', 'memory', 'cpu');
create type appforge.error_status as enum ('new', 'acknowledged', 'resolved');
create type appforge.alert_status as enum ('pending', 'sent', 'failed');

create table appforge.app_metrics (
  id text primary key default hedgerow.cuid(),
  app_id text not null references appforge.apps (id) on delete cascade,
  metric_type appforge.metric_type not null,
  value decimal(10,2) not null,
  unit text,
  endpoint text,
  status_code int check (status_code between 100 and 599),
  tags jsonb not null default '{}',
  timestamp timestamptz not null default now()
);
create index idx_metrics_app_time on appforge.app_metrics (app_id, timestamp desc);
create index idx_metrics_type_time on appforge.app_metrics (metric_type, timestamp desc);
create index idx_metrics_time on appforge.app_metrics (timestamp);
comment on table appforge.app_metrics is 'What apps measured: `rpc/record_metrics` with the app''s key, or service. Kept 90 days, then archived for a year';
comment on column appforge.app_metrics.unit is 'ms, %, bytes …';

create table appforge.app_metrics_hourly (
  app_id text not null references appforge.apps (id) on delete cascade,
  metric_type appforge.metric_type not null,
  hour timestamptz not null,
  count int not null,
  total numeric not null,
  errors int not null,
  minutes_seen int not null,
  minutes_down int not null,
  samples numeric[] not null,
  primary key (app_id, metric_type, hour)
);
create index app_metrics_hourly_hour on appforge.app_metrics_hourly (hour);
comment on table appforge.app_metrics_hourly is
  'The roll-up of metrics by hour, made after 7 days. It keeps the values themselves, in order, so that a report made from it has the same percentiles';
comment on column appforge.app_metrics_hourly.errors is 'Those with a status of 500 and above';
comment on column appforge.app_metrics_hourly.minutes_down is 'Minutes in which every request failed';

create table appforge.app_errors (
  id text primary key default hedgerow.cuid(),
  app_id text not null references appforge.apps (id) on delete cascade,
  error_fingerprint text not null unique,
  error_type text,
  error_message text,
  stack_trace text,
  context jsonb not null default '{}',
  frequency int not null default 1 check (frequency > 0),
  first_occurrence timestamptz not null default now(),
  last_occurrence timestamptz not null default now(),
  status appforge.error_status not null default 'new',
  severity appforge.error_severity not null default 'medium'
);
create index idx_errors_app on appforge.app_errors (app_id, last_occurrence desc);
create index idx_errors_severity on appforge.app_errors (app_id, severity);
create index idx_errors_fingerprint on appforge.app_errors (error_fingerprint);
comment on table appforge.app_errors is
  'Errors of apps, one row for what is the same error (`rpc/report_error`)

new → acknowledged → resolved, by editors; a resolved one that comes back is new again.';
comment on column appforge.app_errors.error_fingerprint is 'SHA-256 of app, type and the stack without line numbers, addresses and numbers';
comment on column appforge.app_errors.severity is 'low, medium, high, critical. Rises by itself, never falls';

create table appforge.error_alerts (
  id text primary key default hedgerow.cuid(),
  app_id text not null references appforge.apps (id) on delete cascade,
  error_id text not null references appforge.app_errors (id) on delete cascade,
  user_id text not null references appforge.users (id) on delete cascade,
  alert_type appforge.alert_type not null,
  sent_at timestamptz default now(),
  status appforge.alert_status not null default 'pending',
  hour timestamptz not null,
  attempts int not null default 0,
  next_attempt_at timestamptz default now(),
  last_error text,
  unique (error_id, user_id, hour)
);
create index error_alerts_user on appforge.error_alerts (user_id, hour desc);
create index error_alerts_app on appforge.error_alerts (app_id);
create index error_alerts_pending on appforge.error_alerts (next_attempt_at) where status = 'pending';
comment on table appforge.error_alerts is 'Who is told about which error, by e-mail, Slack or SMS: at most once an hour. pending → sent or, after five tries, failed';
comment on column appforge.error_alerts.hour is 'The hour it stands for';

create table appforge.performance_reports (
  id text primary key default hedgerow.cuid(),
  app_id text not null references appforge.apps (id) on delete cascade,
  period_start timestamptz not null,
  period_end timestamptz not null,
  avg_latency_ms decimal(10,2),
  p95_latency_ms decimal(10,2),
  p99_latency_ms decimal(10,2),
  error_rate decimal(5,2),
  throughput_rps decimal(10,2),
  uptime_percentage decimal(5,2),
  report_data jsonb not null default '{}',
  generated_at timestamptz not null default now(),
  constraint performance_reports_period unique (app_id, period_start, period_end),
  check (period_start < period_end)
);
comment on table appforge.performance_reports is 'How an app did in a period of whole hours: `rpc/generate_performance_report`. Made again, it has the same numbers';
comment on column appforge.performance_reports.error_rate is 'Percent of the requests (latency metrics) that failed: error metrics where there are any, else statuses of 500 and above';
comment on column appforge.performance_reports.uptime_percentage is 'Percent of the minutes with requests in which not every one failed';

do $$
declare
  made regclass;
begin
  foreach made in array '{appforge.app_metrics,appforge.app_metrics_hourly,appforge.app_errors,appforge.error_alerts,appforge.performance_reports}'::regclass[] loop
    execute format('alter table %s enable row level security, force row level security', made);
  end loop;
end $$;
create trigger keep_lifecycle before update of status on appforge.app_errors
  for each row execute function hedgerow.keep_lifecycle('error', 'new>acknowledged', 'new>resolved', 'acknowledged>resolved', 'resolved>new');
create trigger keep_lifecycle before update of status on appforge.error_alerts
  for each row execute function hedgerow.keep_lifecycle('alert', 'pending>sent', 'pending>failed');

create function appforge_private.guard_error() returns trigger
language plpgsql set search_path = ''
as $$
begin
  if current_user in ('anon', 'authenticated') and new.status = 'new' and old.status <> 'new' then
    raise sqlstate 'PT403' using message = 'an error becomes new by coming back', hint = 'It can be acknowledged and resolved.';
  end if;
  return new;
end
$$;
comment on function appforge_private.guard_error() is 'Row trigger: nobody makes an error new by hand';
create trigger guard_error before update of status on appforge.app_errors
  for each row execute function appforge_private.guard_error();

create function appforge_private.app_of(app_key text, app_id text) returns text
language plpgsql stable security definer set search_path = ''
as $$
declare
  app text;
begin
  if app_of.app_key is not null then
    app := (select a.id from appforge.apps as a where a.key_hash = hedgerow.api_key_digest(app_of.app_key));
  elsif auth.role() = 'service_role' then
    app := (select a.id from appforge.apps as a where a.id = app_of.app_id);
  end if;
  if app is null or app <> coalesce(app_of.app_id, app) then
    raise sqlstate 'PT401' using message = 'this is no app''s key', hint = 'Send app_key; an admin of the project makes one with rpc/rotate_app_key.';
  end if;
  return app;
end
$$;
comment on function appforge_private.app_of(text, text) is 'The app that a key belongs to; service may name the app instead. 401 otherwise';
alter function appforge_private.app_of(text, text) owner to hedgerow_definer;

create function appforge.record_metrics(metrics jsonb, app_key text default null, app_id text default null) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
  app constant text := appforge_private.app_of(record_metrics.app_key, record_metrics.app_id);
  recorded integer;
begin
  if jsonb_typeof(metrics) is distinct from 'array' or jsonb_array_length(metrics) not between 1 and 5000 then
    raise sqlstate 'PT400' using message = 'metrics is no array of 1 to 5,000', hint = 'Send [{"metric_type": "latency", "value": 12.5, "unit": "ms"}, …].';
  end if;
  insert into appforge.app_metrics (app_id, metric_type, value, unit, endpoint, status_code, tags, timestamp)
  select app, m.metric_type, m.value, m.unit, m.endpoint, m.status_code, coalesce(m.tags, '{}'), coalesce(m.timestamp, now())
  from jsonb_to_recordset(metrics) as m (metric_type appforge.metric_type, value numeric, unit text, endpoint text, status_code int, tags jsonb, timestamp timestamptz);
  get diagnostics recorded = row_count;
  return recorded;
end
$$;
comment on function appforge.record_metrics(jsonb, text, text) is
  'Stores up to 5,000 metrics of an app; returns how many

Called by the app with its key (`app_key`), or by service with `app_id`. Each metric: metric_type, value, and unit, endpoint, status_code, tags, timestamp where it has them.';

-- Metrics that come late for an hour that was rolled up: it will be rolled up anew.
create function appforge_private.reopen_hours() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  delete from appforge.app_metrics_hourly as h using (
    select distinct n.app_id, n.metric_type, date_trunc('hour', n.timestamp) as hour from new_metrics as n
    where n.timestamp < now() - interval '6 days') as late
  where h.app_id = late.app_id and h.metric_type = late.metric_type and h.hour = late.hour
    -- Once its metrics are archived, an hour is closed.
    and h.hour > now() - interval '90 days';
  return null;
end
$$;
comment on function appforge_private.reopen_hours() is 'Statement trigger: an hour that gets more metrics is not rolled up any more';
alter function appforge_private.reopen_hours() owner to hedgerow_definer;
create trigger reopen_hours after insert on appforge.app_metrics
  referencing new table as new_metrics for each statement execute function appforge_private.reopen_hours();

create function appforge_private.roll_up(moment timestamptz default now()) returns integer
language plpgsql security definer set search_path = '' set timezone = 'UTC'
as $$
declare
  rolled integer;
begin
  insert into appforge.app_metrics_hourly (app_id, metric_type, hour, count, total, errors, minutes_seen, minutes_down, samples)
  select m.app_id, m.metric_type, m.hour, sum(m.count), sum(m.total), sum(m.errors), count(*), count(*) filter (where m.errors = m.count),
    (select array_agg(s.value order by s.value) from appforge.app_metrics as s
     where s.app_id = m.app_id and s.metric_type = m.metric_type and s.timestamp >= m.hour and s.timestamp < m.hour + interval '1 hour')
  from (
    select x.app_id, x.metric_type, date_trunc('hour', x.timestamp) as hour, date_trunc('minute', x.timestamp) as minute,
      count(*) as count, sum(x.value) as total, count(*) filter (where x.status_code >= 500) as errors
    from appforge.app_metrics as x
    where x.timestamp < date_trunc('hour', moment - interval '7 days')
      and not exists (
        select from appforge.app_metrics_hourly as h
        where h.app_id = x.app_id and h.metric_type = x.metric_type and h.hour = date_trunc('hour', x.timestamp))
    group by 1, 2, 3, 4) as m
  group by m.app_id, m.metric_type, m.hour
  on conflict (app_id, metric_type, hour) do nothing;
  get diagnostics rolled = row_count;
  return rolled;
end
$$;
comment on function appforge_private.roll_up(timestamptz) is 'Rolls up the hours of metrics that are older than 7 days at the moment; returns how many. Safe to run again';
alter function appforge_private.roll_up(timestamptz) owner to hedgerow_definer;
grant execute on function appforge_private.roll_up(timestamptz) to hedgerow_jobs, service_role;
select hedgerow.register_upkeep('appforge.roll-up', 'appforge_private.roll_up');

-- AF-07, AF-08.
create function appforge_private.fingerprint(app text, error_type text, stack_trace text) returns text
language sql immutable parallel safe set search_path = ''
as $$
  select encode(sha256(convert_to(concat_ws(E'\n', app, error_type,
    regexp_replace(regexp_replace(regexp_replace(coalesce(stack_trace, ''), '0x[0-9a-fA-F]+', '#', 'g'), '[0-9]+', '#', 'g'), '[ \t\r]+', ' ', 'g')), 'UTF8')), 'hex')
$$;
comment on function appforge_private.fingerprint(text, text, text) is 'What is the same error: the app, the type, and the stack without numbers';
alter function appforge_private.fingerprint(text, text, text) owner to hedgerow_definer;

create function appforge_private.alert(error appforge.app_errors, moment timestamptz) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
  app constant appforge.apps := (select a from appforge.apps as a where a.id = error.app_id);
  told integer;
begin
  if error.status = 'resolved' or error.frequency < coalesce((app.alert_thresholds ->> error.severity::text)::int, 1) then
    return 0;
  end if;
  insert into appforge.error_alerts (app_id, error_id, user_id, alert_type, hour, sent_at, next_attempt_at)
  select error.app_id, error.id, u.id, u.alert_channel, date_trunc('hour', moment at time zone 'UTC') at time zone 'UTC', null, moment
  from appforge.users as u
  where u.id in (
      select p.owner_id from appforge.projects as p where p.id = app.project_id
      union select g.user_id from appforge.project_permissions as g where g.project_id = app.project_id
      union select m.user_id from appforge.projects as p join appforge.team_members as m on m.team_id = p.team_id where p.id = app.project_id)
    and appforge_private.project_rank(app.project_id, u.id) >= 2
    and u.alert_channel is not null and u.alert_severity <= error.severity
  on conflict (error_id, user_id, hour) do nothing;
  get diagnostics told = row_count;
  return told;
end
$$;
comment on function appforge_private.alert(appforge.app_errors, timestamptz) is
  'Tells the project''s editors and above, each by their preference, about an error that reached its severity''s threshold: once an hour. Returns how many';
alter function appforge_private.alert(appforge.app_errors, timestamptz) owner to hedgerow_definer;

create function appforge.report_error(error_type text, stack_trace text default null, error_message text default null, context jsonb default '{}',
  severity appforge.error_severity default 'medium', app_key text default null, app_id text default null)
returns text
language plpgsql security definer set search_path = ''
as $$
declare
  app constant text := appforge_private.app_of(report_error.app_key, report_error.app_id);
  reported appforge.app_errors;
begin
  insert into appforge.app_errors as e (app_id, error_fingerprint, error_type, error_message, stack_trace, context, severity)
  values (app, appforge_private.fingerprint(app, report_error.error_type, report_error.stack_trace), left(report_error.error_type, 500),
    hedgerow.redact_text(left(report_error.error_message, 10000)), hedgerow.redact_text(left(report_error.stack_trace, 50000)),
    hedgerow.redact(coalesce(report_error.context, '{}')), coalesce(report_error.severity, 'medium'))
  on conflict (error_fingerprint) do update set
    frequency = e.frequency + 1,
    last_occurrence = greatest(e.last_occurrence, excluded.last_occurrence),
    error_message = excluded.error_message, context = excluded.context,
    severity = greatest(e.severity, excluded.severity),
    status = case e.status when 'resolved' then 'new' else e.status end
  returning * into reported;
  perform appforge_private.alert(reported, now());
  return reported.id;
end
$$;
comment on function appforge.report_error(text, text, text, jsonb, appforge.error_severity, text, text) is
  'Reports an error of an app; returns its id

Called by the app with its key (`app_key`), or by service with `app_id`. The same error (type and stack, numbers aside) is counted, not repeated.';

create function appforge_private.claim_alerts(at_most integer default 50, moment timestamptz default clock_timestamp())
returns table (id text, alert_type appforge.alert_type, email text, app_id text, error_type text, error_message text, severity appforge.error_severity, frequency int)
language plpgsql security definer set search_path = ''
as $$
begin
  return query
    with claimed as (
      update appforge.error_alerts as a set attempts = a.attempts + 1, next_attempt_at = moment + interval '5 minutes'
      where a.id in (
        select w.id from appforge.error_alerts as w where w.status = 'pending' and w.next_attempt_at <= moment
        order by w.next_attempt_at limit at_most for update skip locked)
      returning a.*)
    select c.id, c.alert_type, u.email, c.app_id, e.error_type, e.error_message, e.severity, e.frequency
    from claimed as c join appforge.users as u on u.id = c.user_id join appforge.app_errors as e on e.id = c.error_id;
end
$$;
comment on function appforge_private.claim_alerts(integer, timestamptz) is 'Alerts to send, for five minutes: what is not finished until then is given to another';

create function appforge_private.finish_alert(alert_id text, error text default null, moment timestamptz default clock_timestamp()) returns appforge.alert_status
language plpgsql security definer set search_path = ''
as $$
declare
  now_is appforge.alert_status;
begin
  update appforge.error_alerts as a set
    status = case when error is null then 'sent'::appforge.alert_status when a.attempts >= 5 then 'failed' else 'pending' end,
    sent_at = case when error is null then moment end,
    last_error = error,
    next_attempt_at = case when error is null or a.attempts >= 5 then null else moment + interval '1 minute' * power(2, a.attempts) end
  where a.id = alert_id
  returning a.status into now_is;
  return now_is;
end
$$;
comment on function appforge_private.finish_alert(text, text, timestamptz) is 'An alert was sent, or failed with an error: then it is tried again, five times in all';

do $$
declare
  made regprocedure;
begin
  foreach made in array '{appforge_private.claim_alerts(integer\,timestamptz),appforge_private.finish_alert(text\,text\,timestamptz)}'::regprocedure[] loop
    execute format('alter function %s owner to hedgerow_definer', made);
    execute format('grant execute on function %s to hedgerow_jobs, service_role', made);
  end loop;
end $$;

-- AF-09.
create function appforge.generate_performance_report(app_id text, period_start timestamptz, period_end timestamptz) returns appforge.performance_reports
language plpgsql security definer set search_path = '' set timezone = 'UTC'
as $$
declare
  project constant text := (select a.project_id from appforge.apps as a where a.id = generate_performance_report.app_id);
  first_hour constant timestamptz := date_trunc('hour', period_start);
  last_hour constant timestamptz := case when period_end = date_trunc('hour', period_end) then period_end else date_trunc('hour', period_end) + interval '1 hour' end;
  made appforge.performance_reports;
begin
  if project is null or auth.role() is distinct from 'service_role' and appforge_private.project_rank(project) < 1 then
    raise sqlstate 'PT404' using message = format('there is no app %s that you may view', generate_performance_report.app_id), hint = 'apps lists yours.';
  end if;
  if first_hour >= last_hour or last_hour - first_hour > interval '400 days' then
    raise sqlstate 'PT400' using message = 'the period is empty or longer than 400 days', hint = 'period_start comes before period_end.';
  end if;
  -- An hour that was rolled up is taken from its roll-up, any other from the metrics themselves: both hold the same values.
  with rolled as (
    select h.* from appforge.app_metrics_hourly as h
    where h.app_id = generate_performance_report.app_id and h.hour >= first_hour and h.hour < last_hour),
  raw as (
    select m.metric_type, m.value, m.status_code, m.timestamp from appforge.app_metrics as m
    where m.app_id = generate_performance_report.app_id and m.timestamp >= first_hour and m.timestamp < last_hour
      and not exists (select from rolled as r where r.metric_type = m.metric_type and r.hour = date_trunc('hour', m.timestamp))),
  latency as (
    select s.value from rolled as r cross join unnest(r.samples) as s (value) where r.metric_type = 'latency'
    union all
    select w.value from raw as w where w.metric_type = 'latency'),
  throughput as (
    select s.value from rolled as r cross join unnest(r.samples) as s (value) where r.metric_type = 'throughput'
    union all
    select w.value from raw as w where w.metric_type = 'throughput'),
  minute as (
    select count(*) as seen, count(*) filter (where x.failed = x.requests) as down, coalesce(sum(x.failed), 0) as failed
    from (select count(*) as requests, count(*) filter (where w.status_code >= 500) as failed from raw as w
          where w.metric_type = 'latency' group by date_trunc('minute', w.timestamp)) as x),
  figures as (
    select
      (select count(*) from latency) as requests,
      (select coalesce(sum(r.errors), 0) from rolled as r where r.metric_type = 'latency') + (select m.failed from minute as m) as failed,
      (select coalesce(sum(r.count), 0) from rolled as r where r.metric_type = 'error') + (select count(*) from raw as w where w.metric_type = 'error') as errors,
      (select coalesce(sum(r.minutes_seen), 0) from rolled as r where r.metric_type = 'latency') + (select m.seen from minute as m) as seen,
      (select coalesce(sum(r.minutes_down), 0) from rolled as r where r.metric_type = 'latency') + (select m.down from minute as m) as down)
  insert into appforge.performance_reports as p (app_id, period_start, period_end, avg_latency_ms, p95_latency_ms, p99_latency_ms, error_rate,
    throughput_rps, uptime_percentage, report_data)
  select generate_performance_report.app_id, first_hour, last_hour,
    (select round(avg(l.value), 2) from latency as l),
    (select round(percentile_cont(0.95) within group (order by l.value)::numeric, 2) from latency as l),
    (select round(percentile_cont(0.99) within group (order by l.value)::numeric, 2) from latency as l),
    round(least(100, 100.0 * case when f.errors > 0 then f.errors else f.failed end / nullif(f.requests, 0)), 2),
    coalesce((select round(avg(t.value), 2) from throughput as t), round(f.requests / extract(epoch from last_hour - first_hour), 2)),
    round(100.0 * (f.seen - f.down) / nullif(f.seen, 0), 2),
    jsonb_build_object('requests', f.requests, 'failed_requests', f.failed, 'errors', f.errors, 'minutes_with_requests', f.seen, 'minutes_down', f.down)
  from figures as f
  on conflict on constraint performance_reports_period do update set
    avg_latency_ms = excluded.avg_latency_ms, p95_latency_ms = excluded.p95_latency_ms, p99_latency_ms = excluded.p99_latency_ms,
    error_rate = excluded.error_rate, throughput_rps = excluded.throughput_rps, uptime_percentage = excluded.uptime_percentage,
    report_data = excluded.report_data, generated_at = now()
  returning p.* into made;
  return made;
end
$$;
comment on function appforge.generate_performance_report(text, timestamptz, timestamptz) is
  'Makes the performance report of an app for a period, widened to whole hours

Latency average, p95 and p99, error rate, throughput, uptime; from the metrics and their roll-ups. For whoever may view the project.';

alter function appforge.record_metrics(jsonb, text, text) owner to hedgerow_definer;
alter function appforge.report_error(text, text, text, jsonb, appforge.error_severity, text, text) owner to hedgerow_definer;
alter function appforge.generate_performance_report(text, timestamptz, timestamptz) owner to hedgerow_definer;
grant execute on function appforge.record_metrics(jsonb, text, text), appforge.report_error(text, text, text, jsonb, appforge.error_severity, text, text)
  to anon, authenticated;
grant execute on function appforge.generate_performance_report(text, timestamptz, timestamptz) to authenticated;
