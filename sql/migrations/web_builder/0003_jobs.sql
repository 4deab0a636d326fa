-- The job queue (WB-10): claimed by priority, then age; a worker that dies gives its job back. Moments are parameters.

create table web_builder.job_queue (
  id uuid primary key default gen_random_uuid(),
  job_type varchar(100) not null,
  payload jsonb not null default '{}',
  status varchar(20) not null default 'pending' check (status in ('pending', 'processing', 'completed', 'failed', 'retrying')),
  attempts integer not null default 0 check (attempts >= 0),
  max_attempts integer not null default 3 check (max_attempts >= 1),
  error_message text,
  scheduled_at timestamptz not null default now(),
  started_at timestamptz,
  completed_at timestamptz,
  priority integer not null default 0,
  claimed_by text,
  lease_expires_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index idx_job_queue_waiting on web_builder.job_queue (priority desc, created_at, id) where status in ('pending', 'retrying');
create index idx_job_queue_leases on web_builder.job_queue (lease_expires_at) where status = 'processing';
comment on table web_builder.job_queue is 'Background work. Service only; workers use web_builder_private.claim_job and its companions';
comment on column web_builder.job_queue.scheduled_at is 'Not before. Moves forward with each retry';
comment on column web_builder.job_queue.lease_expires_at is 'When a job in work is given back unless its worker extends the lease';

alter table web_builder.job_queue enable row level security, force row level security;
create trigger touch_updated_at before update on web_builder.job_queue for each row execute function hedgerow.touch_updated_at();
create trigger keep_lifecycle before update of status on web_builder.job_queue
  for each row execute function hedgerow.keep_lifecycle('job',
    'pending>processing', 'retrying>processing', 'processing>completed', 'processing>retrying', 'processing>failed');

create function web_builder_private.enqueue_job(job_type text, payload jsonb default '{}', scheduled_at timestamptz default now(), priority integer default 0)
returns uuid
language sql security definer set search_path = ''
as $$
  insert into web_builder.job_queue (job_type, payload, scheduled_at, priority)
  values (enqueue_job.job_type, enqueue_job.payload, enqueue_job.scheduled_at, enqueue_job.priority)
  returning id
$$;
comment on function web_builder_private.enqueue_job(text, jsonb, timestamptz, integer) is 'Puts a job into the queue; returns its id';

create function web_builder_private.end_attempt(job web_builder.job_queue, why text, moment timestamptz) returns web_builder.job_queue
language plpgsql security definer set search_path = ''
as $$
declare
  retries constant boolean := job.attempts < job.max_attempts;
  ended web_builder.job_queue;
begin
  update web_builder.job_queue as j set
    status = case when retries then 'retrying' else 'failed' end,
    error_message = why, lease_expires_at = null,
    -- 10 s, 20 s, 40 s … at most an hour.
    scheduled_at = case when retries then moment + least(interval '10 seconds' * power(2, least(j.attempts, 20) - 1), interval '1 hour') else j.scheduled_at end,
    completed_at = case when retries then null else moment end
  where j.id = job.id
  returning j.* into ended;
  return ended;
end
$$;
comment on function web_builder_private.end_attempt(web_builder.job_queue, text, timestamptz) is 'Ends an attempt badly: to be retried later, or failed after the last';

create function web_builder_private.release_dead_jobs(moment timestamptz default clock_timestamp()) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
  dead web_builder.job_queue;
  released integer := 0;
begin
  for dead in
    select * from web_builder.job_queue as j
    where j.status = 'processing' and j.lease_expires_at <= moment
    order by j.lease_expires_at
    for update skip locked
  loop
    perform web_builder_private.end_attempt(dead, format('worker %s let its lease run out', dead.claimed_by), moment);
    released := released + 1;
  end loop;
  return released;
end
$$;
comment on function web_builder_private.release_dead_jobs(timestamptz) is 'Gives back the jobs whose worker let the lease run out; returns how many';

create function web_builder_private.claim_job(worker text, job_types text[] default null, lease interval default '5 minutes', moment timestamptz default clock_timestamp())
returns setof web_builder.job_queue
language plpgsql security definer set search_path = ''
as $$
begin
  perform web_builder_private.release_dead_jobs(moment);
  return query
    update web_builder.job_queue as j set
      status = 'processing', attempts = j.attempts + 1, claimed_by = worker, started_at = moment, lease_expires_at = moment + lease
    where j.id = (
      select w.id from web_builder.job_queue as w
      where w.status in ('pending', 'retrying') and w.scheduled_at <= moment and (job_types is null or w.job_type = any (job_types))
      order by w.priority desc, w.created_at, w.id
      limit 1
      for update skip locked)
    returning j.*;
end
$$;
comment on function web_builder_private.claim_job(text, text[], interval, timestamptz) is
  'Claims the due job of highest priority, then the oldest, for the length of the lease; no row when there is none';

create function web_builder_private.held_job(job_id uuid, worker text) returns web_builder.job_queue
language plpgsql security definer set search_path = ''
as $$
declare
  held web_builder.job_queue;
begin
  select * into held from web_builder.job_queue as j where j.id = job_id for update;
  if held.id is null or held.status <> 'processing' or held.claimed_by is distinct from worker then
    raise sqlstate 'PT409' using
      message = format('worker %s does not hold job %s', worker, job_id),
      hint = 'The lease ran out and the job was given back. Ask for a longer one.';
  end if;
  return held;
end
$$;
comment on function web_builder_private.held_job(uuid, text) is 'Locks a job that the worker holds; refuses (409) when it holds it no longer';

create function web_builder_private.complete_job(job_id uuid, worker text, moment timestamptz default clock_timestamp()) returns web_builder.job_queue
language plpgsql security definer set search_path = ''
as $$
declare
  held web_builder.job_queue := web_builder_private.held_job(job_id, worker);
begin
  update web_builder.job_queue as j set status = 'completed', error_message = null, lease_expires_at = null, completed_at = moment
  where j.id = held.id returning j.* into held;
  return held;
end
$$;
comment on function web_builder_private.complete_job(uuid, text, timestamptz) is 'Ends a job well. Refused (409) when the worker lost it';

create function web_builder_private.fail_job(job_id uuid, worker text, error text, moment timestamptz default clock_timestamp()) returns web_builder.job_queue
language plpgsql security definer set search_path = ''
as $$
begin
  return web_builder_private.end_attempt(web_builder_private.held_job(job_id, worker), error, moment);
end
$$;
comment on function web_builder_private.fail_job(uuid, text, text, timestamptz) is 'Ends an attempt badly. Refused (409) when the worker lost the job';

do $$
declare
  made regprocedure;
begin
  for made in
    select p.oid from pg_proc as p
    where p.pronamespace = 'web_builder_private'::regnamespace
      and p.proname in ('enqueue_job', 'end_attempt', 'release_dead_jobs', 'claim_job', 'held_job', 'complete_job', 'fail_job')
  loop
    execute format('alter function %s owner to hedgerow_definer', made);
    if made::text !~ 'end_attempt|held_job' then
      execute format('grant execute on function %s to hedgerow_jobs, service_role', made);
    end if;
  end loop;
end $$;
select hedgerow.register_upkeep('web_builder.release-dead-jobs', 'web_builder_private.release_dead_jobs', '1 minute');
