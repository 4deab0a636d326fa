-- The job queue (IC-18). A worker claims a job for a lease; a worker that dies lets the lease run out, and the next
-- claim of anybody gives the job back. Moments are parameters, so that schedules can be tested without waiting.

create table public.background_jobs (
  id uuid primary key default gen_random_uuid(),
  job_name text not null,
  job_type text not null check (job_type in ('ai_processing', 'code_execution', 'file_processing', 'sync', 'cleanup')),
  status text not null default 'pending' check (status in ('pending', 'running', 'completed', 'failed', 'retrying')),
  input jsonb not null,
  output jsonb,
  error text,
  attempts integer not null default 0 check (attempts >= 0),
  max_attempts integer not null default 3 check (max_attempts >= 1),
  priority integer not null default 0,
  scheduled_for timestamptz,
  started_at timestamptz,
  completed_at timestamptz,
  created_at timestamptz default now(),
  claimed_by text,
  lease_expires_at timestamptz
);
create index idx_background_jobs_status on public.background_jobs (status, priority desc);
create index idx_background_jobs_scheduled on public.background_jobs (scheduled_for);
create index idx_background_jobs_type on public.background_jobs (job_type, status);
-- The order in which jobs are claimed, and the leases that may have run out.
create index idx_background_jobs_waiting on public.background_jobs (priority desc, created_at, id)
  where status in ('pending', 'retrying');
create index idx_background_jobs_leases on public.background_jobs (lease_expires_at) where status = 'running';
comment on table public.background_jobs is
  'The job queue: highest priority first, then oldest. Service only; workers use hedgerow.claim_job and its companions.';
comment on column public.background_jobs.scheduled_for is 'Not before. Null: at once. Moves forward with each retry.';
comment on column public.background_jobs.claimed_by is 'The worker that holds the job, or held it last.';
comment on column public.background_jobs.lease_expires_at is 'When a running job is given back unless its worker extends the lease.';

create trigger background_jobs_lifecycle before update of status on public.background_jobs
  for each row execute function hedgerow.keep_lifecycle('background job',
    'pending>running', 'retrying>running', 'running>completed', 'running>retrying', 'running>failed');

-- Whoever moves a job, these functions or an operator by hand: exactly the running ones hold a lease.
create function hedgerow.keep_lease() returns trigger
language plpgsql set search_path = ''
as $$
begin
  if new.status = 'running' then
    new.lease_expires_at := coalesce(new.lease_expires_at, clock_timestamp() + interval '5 minutes');
  else
    new.lease_expires_at := null;
  end if;
  return new;
end
$$;
create trigger background_jobs_lease before insert or update on public.background_jobs
  for each row execute function hedgerow.keep_lease();

create function hedgerow.retry_delay(attempts integer) returns interval
language sql immutable parallel safe set search_path = ''
as $$
  select least(interval '10 seconds' * power(2, least(attempts, 20) - 1), interval '1 hour')
$$;
comment on function hedgerow.retry_delay(integer) is 'Backoff after so many attempts: 10 s, 20 s, 40 s … at most an hour.';

create function hedgerow.enqueue_job(
  job_name text, job_type text, input jsonb default '{}', priority integer default 0,
  scheduled_for timestamptz default null, max_attempts integer default 3)
returns uuid
language plpgsql security definer set search_path = ''
as $$
declare
  queued uuid;
begin
  insert into public.background_jobs (job_name, job_type, input, priority, scheduled_for, max_attempts)
  values (enqueue_job.job_name, enqueue_job.job_type, enqueue_job.input, enqueue_job.priority, enqueue_job.scheduled_for,
    enqueue_job.max_attempts)
  returning id into queued;
  return queued;
end
$$;
comment on function hedgerow.enqueue_job(text, text, jsonb, integer, timestamptz, integer) is 'Puts a job into the queue; returns its id.';

create function hedgerow.end_attempt(job public.background_jobs, why text, moment timestamptz) returns public.background_jobs
language plpgsql security definer set search_path = ''
as $$
declare
  ended public.background_jobs;
begin
  update public.background_jobs as j set
    status = case when j.attempts < j.max_attempts then 'retrying' else 'failed' end,
    error = why,
    scheduled_for = case when j.attempts < j.max_attempts then moment + hedgerow.retry_delay(j.attempts) else j.scheduled_for end,
    completed_at = case when j.attempts < j.max_attempts then null else moment end
  where j.id = job.id
  returning j.* into ended;
  return ended;
end
$$;

create function hedgerow.release_dead_jobs(moment timestamptz default clock_timestamp()) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
  dead public.background_jobs;
  released integer := 0;
begin
  for dead in
    select * from public.background_jobs as j
    where j.status = 'running' and j.lease_expires_at <= moment
    order by j.lease_expires_at
    for update skip locked
  loop
    perform hedgerow.end_attempt(dead, format('worker %s let its lease run out', dead.claimed_by), moment);
    released := released + 1;
  end loop;
  return released;
end
$$;
comment on function hedgerow.release_dead_jobs(timestamptz) is
  'Gives back the jobs whose worker let the lease run out: to be retried, or failed after the last attempt. Returns how many.';

create function hedgerow.claim_job(
  worker text, job_types text[] default null, lease interval default '5 minutes',
  moment timestamptz default clock_timestamp())
returns setof public.background_jobs
language plpgsql security definer set search_path = ''
as $$
begin
  perform hedgerow.release_dead_jobs(moment);
  return query
    update public.background_jobs as j set
      status = 'running', attempts = j.attempts + 1, claimed_by = worker,
      started_at = moment, lease_expires_at = moment + lease
    where j.id = (
      select w.id from public.background_jobs as w
      where w.status in ('pending', 'retrying')
        and (w.scheduled_for is null or w.scheduled_for <= moment)
        and (job_types is null or w.job_type = any (job_types))
      order by w.priority desc, w.created_at, w.id
      limit 1
      for update skip locked)
    returning j.*;
end
$$;
comment on function hedgerow.claim_job(text, text[], interval, timestamptz) is
  'Claims the due job of highest priority, then the oldest, for the worker and the length of the lease; no row when there is none. '
  'Never gives one job to two workers.';

create function hedgerow.held_job(job_id uuid, worker text) returns public.background_jobs
language plpgsql security definer set search_path = ''
as $$
declare
  held public.background_jobs;
begin
  select * into held from public.background_jobs as j where j.id = job_id for update;
  if held.id is null then
    raise sqlstate 'PT404' using message = format('there is no background job %s', job_id);
  end if;
  if held.status <> 'running' or held.claimed_by is distinct from worker then
    raise sqlstate 'PT409' using
      message = format('background job %s is "%s"%s, not running for worker %s', job_id, held.status,
        coalesce(' with worker ' || held.claimed_by, ''), worker),
      hint = 'The lease ran out and the job was given back. Extend the lease in time, or ask for a longer one.';
  end if;
  return held;
end
$$;
comment on function hedgerow.held_job(uuid, text) is 'Locks a job that the worker holds; refuses (409) when it holds it no longer.';

create function hedgerow.extend_job(
  job_id uuid, worker text, lease interval default '5 minutes', moment timestamptz default clock_timestamp())
returns timestamptz
language plpgsql security definer set search_path = ''
as $$
declare
  held constant public.background_jobs := hedgerow.held_job(job_id, worker);
begin
  update public.background_jobs as j set lease_expires_at = moment + lease where j.id = held.id;
  return moment + lease;
end
$$;
comment on function hedgerow.extend_job(uuid, text, interval, timestamptz) is 'A sign of life: the lease now runs from the moment. Returns its end.';

create function hedgerow.complete_job(
  job_id uuid, worker text, output jsonb default null, moment timestamptz default clock_timestamp())
returns public.background_jobs
language plpgsql security definer set search_path = ''
as $$
declare
  held public.background_jobs := hedgerow.held_job(job_id, worker);
begin
  update public.background_jobs as j set
    status = 'completed', output = complete_job.output, error = null, completed_at = moment
  where j.id = held.id
  returning j.* into held;
  return held;
end
$$;
comment on function hedgerow.complete_job(uuid, text, jsonb, timestamptz) is 'Ends a job well. Refused (409) when the worker lost it.';

create function hedgerow.fail_job(
  job_id uuid, worker text, error text, moment timestamptz default clock_timestamp())
returns public.background_jobs
language plpgsql security definer set search_path = ''
as $$
begin
  return hedgerow.end_attempt(hedgerow.held_job(job_id, worker), fail_job.error, moment);
end
$$;
comment on function hedgerow.fail_job(uuid, text, text, timestamptz) is
  'Ends an attempt badly: the job is retried after hedgerow.retry_delay, or failed after max_attempts. Refused (409) when the worker lost it.';

grant execute on function
  hedgerow.enqueue_job(text, text, jsonb, integer, timestamptz, integer),
  hedgerow.claim_job(text, text[], interval, timestamptz),
  hedgerow.extend_job(uuid, text, interval, timestamptz),
  hedgerow.complete_job(uuid, text, jsonb, timestamptz),
  hedgerow.fail_job(uuid, text, text, timestamptz),
  hedgerow.release_dead_jobs(timestamptz)
to hedgerow_jobs, service_role;

alter table public.background_jobs enable row level security;
alter table public.background_jobs force row level security;

-- Forced RLS binds the tables' owner; these run as the definer.
alter function hedgerow.retry_delay(integer) owner to hedgerow_definer;
alter function hedgerow.enqueue_job(text, text, jsonb, integer, timestamptz, integer) owner to hedgerow_definer;
alter function hedgerow.end_attempt(public.background_jobs, text, timestamptz) owner to hedgerow_definer;
alter function hedgerow.release_dead_jobs(timestamptz) owner to hedgerow_definer;
alter function hedgerow.claim_job(text, text[], interval, timestamptz) owner to hedgerow_definer;
alter function hedgerow.held_job(uuid, text) owner to hedgerow_definer;
alter function hedgerow.extend_job(uuid, text, interval, timestamptz) owner to hedgerow_definer;
alter function hedgerow.complete_job(uuid, text, jsonb, timestamptz) owner to hedgerow_definer;
alter function hedgerow.fail_job(uuid, text, text, timestamptz) owner to hedgerow_definer;
