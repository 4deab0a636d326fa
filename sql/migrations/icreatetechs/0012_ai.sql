-- AI jobs and code analyses (IC-11, IC-12).

create table public.ai_jobs (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null default auth.uid() references public.users (id) on delete cascade,
  project_id uuid references public.projects (id) on delete cascade,
  job_type text not null check (job_type in ('chat', 'refactor', 'explain', 'generate', 'analyze')),
  status text not null default 'pending' check (status in ('pending', 'running', 'completed', 'failed', 'canceled')),
  input jsonb not null,
  output jsonb,
  error text,
  tokens_used integer check (tokens_used >= 0),
  model text,
  duration_ms integer,
  started_at timestamptz,
  completed_at timestamptz,
  created_at timestamptz default now()
);
create index idx_ai_jobs_user on public.ai_jobs (user_id, created_at desc);
create index idx_ai_jobs_project on public.ai_jobs (project_id);
create index idx_ai_jobs_status on public.ai_jobs (status);
create index idx_ai_jobs_status_created on public.ai_jobs (status, created_at desc);
comment on table public.ai_jobs is
  'AI work: pending, running, then completed, failed or canceled. Created and canceled by its user, advanced by service.';
comment on column public.ai_jobs.duration_ms is 'Milliseconds from started_at to completed_at. Derived.';
comment on column public.ai_jobs.tokens_used is 'Set by service; metered into usage_records when the job completes.';

create trigger ai_jobs_lifecycle before update of status on public.ai_jobs
  for each row execute function hedgerow.keep_lifecycle('AI job',
    'pending>running', 'pending>canceled', 'running>completed', 'running>failed', 'running>canceled');

create function hedgerow.time_ai_job() returns trigger
language plpgsql set search_path = ''
as $$
begin
  if tg_op = 'UPDATE' and new.status <> old.status then
    if new.status = 'running' then
      new.started_at := clock_timestamp();
    else
      new.completed_at := clock_timestamp();
    end if;
  end if;
  if tg_op = 'UPDATE' and old.status = 'completed' and new.tokens_used is distinct from old.tokens_used then
    raise sqlstate 'PT409' using
      message = format('the tokens of AI job %s were metered when it completed', old.id),
      hint = 'Set tokens_used no later than status "completed".';
  end if;
  new.duration_ms := round(extract(epoch from new.completed_at - new.started_at) * 1000);
  return new;
end
$$;
-- Named to run after the lifecycle: triggers of one event run in the order of their names.
create trigger ai_jobs_time before insert or update on public.ai_jobs
  for each row execute function hedgerow.time_ai_job();

create function hedgerow.admit_ai_job() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if new.status in ('pending', 'running') then
    perform hedgerow.hold_plan_limit(coalesce(
      (select w.owner_id
       from public.projects as p join public.workspaces as w on w.id = p.workspace_id
       where p.id = new.project_id),
      new.user_id), 'ai_tokens', 1);
  end if;
  return new;
end
$$;
comment on function hedgerow.admit_ai_job() is
  'Trigger: refuses (402) a new job once the payer''s tokens for the period are used up. A running job is let finish.';
create trigger ai_jobs_admit before insert on public.ai_jobs
  for each row execute function hedgerow.admit_ai_job();

create function hedgerow.meter_ai_job() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  insert into public.usage_records (user_id, workspace_id, resource_type, amount, unit, metadata)
  values (new.user_id, (select p.workspace_id from public.projects as p where p.id = new.project_id),
    'ai_tokens', new.tokens_used, 'tokens',
    jsonb_build_object('ai_job_id', new.id, 'job_type', new.job_type, 'model', new.model));
  return null;
end
$$;
create trigger ai_jobs_meter after update of status on public.ai_jobs
  for each row when (new.status = 'completed' and old.status <> 'completed' and new.tokens_used > 0)
  execute function hedgerow.meter_ai_job();
create trigger ai_jobs_meter_finished after insert on public.ai_jobs
  for each row when (new.status = 'completed' and new.tokens_used > 0)
  execute function hedgerow.meter_ai_job();

create table public.code_analyses (
  id uuid primary key default gen_random_uuid(),
  project_id uuid not null references public.projects (id) on delete cascade,
  file_path text not null,
  analysis_type text not null check (analysis_type in ('explain', 'complexity', 'security', 'performance')),
  result jsonb not null,
  model text,
  created_at timestamptz default now(),
  expires_at timestamptz
);
create index idx_code_analyses_project on public.code_analyses (project_id);
create index idx_code_analyses_file on public.code_analyses (project_id, file_path);
create index idx_code_analyses_expires on public.code_analyses (expires_at);
comment on table public.code_analyses is
  'Results of analysing a file. Seen by those who see the project until expires_at; written by service.';

create function hedgerow.delete_expired_analyses(moment timestamptz default now()) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
  gone integer;
begin
  delete from public.code_analyses where expires_at <= moment;
  get diagnostics gone = row_count;
  return gone;
end
$$;
comment on function hedgerow.delete_expired_analyses(timestamptz) is 'Deletes analyses that have expired at the moment; returns how many.';
grant execute on function hedgerow.delete_expired_analyses(timestamptz) to hedgerow_jobs, service_role;

alter table public.ai_jobs enable row level security;
alter table public.ai_jobs force row level security;
alter table public.code_analyses enable row level security;
alter table public.code_analyses force row level security;

-- Forced RLS binds the tables' owner; these run as the definer.
alter function hedgerow.admit_ai_job() owner to hedgerow_definer;
alter function hedgerow.meter_ai_job() owner to hedgerow_definer;
alter function hedgerow.delete_expired_analyses(timestamptz) owner to hedgerow_definer;
