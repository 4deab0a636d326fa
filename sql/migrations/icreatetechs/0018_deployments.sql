-- Deployments (IC-23).

create table public.deployments (
  id uuid primary key default gen_random_uuid(),
  project_id uuid not null references public.projects (id) on delete cascade,
  environment text not null check (environment in ('development', 'staging', 'production')),
  status text not null default 'pending'
    check (status in ('pending', 'building', 'deploying', 'success', 'failed', 'canceled')),
  commit_sha text,
  branch text,
  deploy_url text,
  logs text,
  build_time_ms integer check (build_time_ms >= 0),
  deployed_by uuid default auth.uid() references public.users (id) on delete set null,
  deployed_at timestamptz,
  created_at timestamptz default now()
);
create index idx_deployments_project on public.deployments (project_id, created_at desc);
create index idx_deployments_environment on public.deployments (environment, status);
create index idx_deployments_project_env on public.deployments (project_id, environment, created_at desc);
comment on table public.deployments is
  'Deployments: pending, building, deploying, then success, failed or canceled. Created by members and above, advanced by service.';
comment on column public.deployments.deployed_at is 'When the status became "success". Set by the database.';

create trigger deployments_lifecycle before update of status on public.deployments
  for each row execute function hedgerow.keep_lifecycle('deployment',
    'pending>building', 'building>deploying', 'deploying>success',
    'building>failed', 'deploying>failed',
    'pending>canceled', 'building>canceled', 'deploying>canceled');

create function hedgerow.time_deployment() returns trigger
language plpgsql set search_path = ''
as $$
begin
  if new.status = 'success' and old.status <> 'success' then
    new.deployed_at := clock_timestamp();
  end if;
  return new;
end
$$;
create trigger deployments_time before update of status on public.deployments
  for each row execute function hedgerow.time_deployment();

alter table public.deployments enable row level security;
alter table public.deployments force row level security;
