-- Projects, what agents generated for them, and their deployments.

create type app_builder.project_template as enum ('SAAS', 'ECOMMERCE', 'BLOG', 'API', 'CUSTOM');
create type app_builder.project_status as enum ('DRAFT', 'GENERATING', 'READY', 'DEPLOYING', 'DEPLOYED', 'ERROR');
create type app_builder.agent_type as enum ('ORCHESTRATOR', 'BACKEND', 'FRONTEND', 'DATABASE', 'AUTH', 'INTEGRATIONS', 'DEVOPS');
create type app_builder.generation_status as enum ('PENDING', 'RUNNING', 'COMPLETED', 'FAILED');
create type app_builder.deployment_status as enum ('PENDING', 'RUNNING', 'SUCCEEDED', 'FAILED');

create table app_builder.projects (
  id text primary key default hedgerow.cuid(),
  name text not null check (name ~ '\S' and char_length(name) <= 200),
  description text,
  template app_builder.project_template not null,
  status app_builder.project_status not null default 'DRAFT',
  config jsonb not null default '{}' check (jsonb_typeof(config) = 'object'),
  features text[] not null default '{}',
  generated_path text,
  repository_url text,
  deployment_url text,
  user_id text not null default app_builder_private.me() references app_builder.users (id) on delete cascade,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deployed_at timestamptz
);
create index projects_user_id_idx on app_builder.projects (user_id, created_at desc);
create index projects_status_idx on app_builder.projects (status);
comment on table app_builder.projects is
  'An application that agents build

DRAFT → GENERATING → READY → DEPLOYING → DEPLOYED; ERROR from a running state, and back to GENERATING on a retry. Its owner starts
(`rpc/start_generation`, `rpc/deploy_project`); the builder reports what came of it.';
comment on column app_builder.projects.template is 'SAAS, ECOMMERCE, BLOG, API or CUSTOM';
comment on column app_builder.projects.status is 'DRAFT, GENERATING, READY, DEPLOYING, DEPLOYED or ERROR';
comment on column app_builder.projects.config is 'What the template asks for: a JSON object';
comment on column app_builder.projects.features is 'Features to build, such as {billing,teams}';
comment on column app_builder.projects.generated_path is 'Where the generated code lies. Written by the builder';
comment on column app_builder.projects.deployment_url is 'Where the last successful deployment answers. Written by the builder';
comment on column app_builder.projects.user_id is 'The owner';
comment on column app_builder.projects.deployed_at is 'When it last became DEPLOYED. Set by the database';

create table app_builder.generations (
  id text primary key default hedgerow.cuid(),
  project_id text not null references app_builder.projects (id) on delete cascade,
  user_id text not null default app_builder_private.me() references app_builder.users (id) on delete cascade,
  agent_type app_builder.agent_type not null,
  prompt text not null check (prompt ~ '\S'),
  response text not null default '',
  status app_builder.generation_status not null default 'PENDING',
  tokens_used int not null default 0 check (tokens_used >= 0),
  duration_ms int check (duration_ms >= 0),
  error_message text,
  created_at timestamptz not null default now(),
  completed_at timestamptz
);
create index generations_project_id_idx on app_builder.generations (project_id, created_at desc);
create index generations_user_id_idx on app_builder.generations (user_id, created_at desc);
create index generations_status_idx on app_builder.generations (status);
comment on table app_builder.generations is
  'What an agent was asked and what it wrote: the history of a project

PENDING → RUNNING → COMPLETED or FAILED. Append-only for people; the builder fills in the answer.';
comment on column app_builder.generations.agent_type is 'ORCHESTRATOR, BACKEND, FRONTEND, DATABASE, AUTH, INTEGRATIONS or DEVOPS';
comment on column app_builder.generations.response is 'What the agent wrote. Empty until it has';
comment on column app_builder.generations.tokens_used is 'Prompt and response together';
comment on column app_builder.generations.duration_ms is 'Milliseconds from the start to the end. Derived where the builder does not say';

create table app_builder.deployments (
  id text primary key default hedgerow.cuid(),
  project_id text not null references app_builder.projects (id) on delete cascade,
  user_id text not null references app_builder.users (id) on delete cascade,
  environment text not null default 'production' check (environment in ('development', 'staging', 'production')),
  status app_builder.deployment_status not null default 'PENDING',
  url text,
  log text,
  error_message text,
  created_at timestamptz not null default now(),
  completed_at timestamptz
);
create index deployments_project_id_idx on app_builder.deployments (project_id, created_at desc);
create index deployments_user_id_idx on app_builder.deployments (user_id, created_at desc);
create index deployments_status_idx on app_builder.deployments (status);
comment on table app_builder.deployments is
  'Deployments of projects: PENDING → RUNNING → SUCCEEDED or FAILED

Begun by `rpc/deploy_project`, advanced by the builder; its end moves the project.';
comment on column app_builder.deployments.user_id is 'The project''s owner: whose rows a person sees is answered by an index here. Set by the database';
comment on column app_builder.deployments.url is 'Where it answers';

alter table app_builder.projects enable row level security, force row level security;
alter table app_builder.generations enable row level security, force row level security;
alter table app_builder.deployments enable row level security, force row level security;

create trigger touch_updated_at before update on app_builder.projects
  for each row execute function hedgerow.touch_updated_at();

-- Triggers of one event run in the order of their names: who may ask comes before whether the move is one.
create function app_builder_private.guard_project_status() returns trigger
language plpgsql set search_path = ''
as $$
begin
  if current_user in ('anon', 'authenticated') and new.status is distinct from old.status
     and (old.status, new.status) in (('GENERATING', 'READY'), ('GENERATING', 'ERROR'), ('DEPLOYING', 'DEPLOYED'), ('DEPLOYING', 'ERROR')) then
    raise sqlstate 'PT403' using
      message = format('that a project is %s is for the builder to say', new.status),
      hint = 'It moves by itself when its generations and deployments end.';
  end if;
  return new;
end
$$;
comment on function app_builder_private.guard_project_status() is 'Row trigger: people start, the builder reports';
create trigger guard_project_status before update of status on app_builder.projects
  for each row execute function app_builder_private.guard_project_status();
create trigger keep_lifecycle before update of status on app_builder.projects
  for each row execute function hedgerow.keep_lifecycle('project',
    'DRAFT>GENERATING', 'GENERATING>READY', 'READY>DEPLOYING', 'DEPLOYING>DEPLOYED',
    'GENERATING>ERROR', 'DEPLOYING>ERROR', 'ERROR>GENERATING');
create trigger keep_lifecycle before update of status on app_builder.generations
  for each row execute function hedgerow.keep_lifecycle('generation',
    'PENDING>RUNNING', 'RUNNING>COMPLETED', 'RUNNING>FAILED');
create trigger keep_lifecycle before update of status on app_builder.deployments
  for each row execute function hedgerow.keep_lifecycle('deployment',
    'PENDING>RUNNING', 'RUNNING>SUCCEEDED', 'RUNNING>FAILED');

create function app_builder_private.time_project() returns trigger
language plpgsql set search_path = ''
as $$
begin
  if new.status = 'DEPLOYED' and old.status <> 'DEPLOYED' then
    new.deployed_at := clock_timestamp();
  end if;
  return new;
end
$$;
comment on function app_builder_private.time_project() is 'Row trigger: deployed_at is when a project became DEPLOYED';
create trigger time_project before update of status on app_builder.projects
  for each row execute function app_builder_private.time_project();

create function app_builder_private.time_run() returns trigger
language plpgsql set search_path = ''
as $$
begin
  if new.status in ('COMPLETED', 'FAILED') and old.status not in ('COMPLETED', 'FAILED') then
    new.completed_at := clock_timestamp();
    new.duration_ms := coalesce(new.duration_ms, round(extract(epoch from new.completed_at - new.created_at) * 1000));
  end if;
  return new;
end
$$;
comment on function app_builder_private.time_run() is 'Row trigger: a generation that ends knows when and how long it took';
create trigger time_run before update of status on app_builder.generations
  for each row execute function app_builder_private.time_run();

create function app_builder_private.own_deployment() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  new.user_id := (select p.user_id from app_builder.projects as p where p.id = new.project_id);
  return new;
end
$$;
comment on function app_builder_private.own_deployment() is 'Row trigger: a deployment is its project''s owner''s';
alter function app_builder_private.own_deployment() owner to hedgerow_definer;
create trigger own_deployment before insert or update of project_id, user_id on app_builder.deployments
  for each row execute function app_builder_private.own_deployment();

create function app_builder_private.end_deployment() returns trigger
language plpgsql set search_path = ''
as $$
begin
  if new.status in ('SUCCEEDED', 'FAILED') and old.status not in ('SUCCEEDED', 'FAILED') then
    new.completed_at := clock_timestamp();
  end if;
  return new;
end
$$;
comment on function app_builder_private.end_deployment() is 'Row trigger: a deployment that ends knows when';
create trigger time_deployment before update of status on app_builder.deployments
  for each row execute function app_builder_private.end_deployment();

-- A project follows its runs: the first failure stops it, the last success of a run makes it ready.
create function app_builder_private.follow_generation() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  -- Locked, so that the last two generations of a run, ending at once, see each other.
  perform from app_builder.projects as p where p.id = new.project_id and p.status = 'GENERATING' for no key update;
  if not found then
    return null;
  end if;
  if new.status = 'FAILED' then
    update app_builder.projects as p set status = 'ERROR' where p.id = new.project_id;
  elsif not exists (
    select from app_builder.generations as g where g.project_id = new.project_id and g.status in ('PENDING', 'RUNNING')) then
    update app_builder.projects as p set status = 'READY' where p.id = new.project_id;
  end if;
  return null;
end
$$;
comment on function app_builder_private.follow_generation() is 'Row trigger: a project that is GENERATING becomes READY with its last generation, or ERROR with the first that fails';
alter function app_builder_private.follow_generation() owner to hedgerow_definer;
create trigger follow_generation after update of status on app_builder.generations
  for each row when (new.status in ('COMPLETED', 'FAILED') and old.status is distinct from new.status)
  execute function app_builder_private.follow_generation();

create function app_builder_private.follow_deployment() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  update app_builder.projects as p set
    status = case new.status when 'SUCCEEDED' then 'DEPLOYED'::app_builder.project_status else 'ERROR' end,
    deployment_url = case new.status when 'SUCCEEDED' then coalesce(new.url, p.deployment_url) else p.deployment_url end
  where p.id = new.project_id and p.status = 'DEPLOYING';
  return null;
end
$$;
comment on function app_builder_private.follow_deployment() is 'Row trigger: a project that is DEPLOYING becomes DEPLOYED or ERROR with its deployment';
alter function app_builder_private.follow_deployment() owner to hedgerow_definer;
create trigger follow_deployment after update of status on app_builder.deployments
  for each row when (new.status in ('SUCCEEDED', 'FAILED') and old.status is distinct from new.status)
  execute function app_builder_private.follow_deployment();

create function app_builder_private.own_project(project text) returns app_builder.projects
language plpgsql security definer set search_path = ''
as $$
declare
  found_project app_builder.projects;
begin
  select * into found_project from app_builder.projects as p
  where p.id = project and p.user_id = app_builder_private.me()
  for no key update;
  if found_project.id is null then
    raise sqlstate 'PT404' using
      message = format('you have no project %s', project),
      hint = 'projects lists those that are yours.';
  end if;
  return found_project;
end
$$;
comment on function app_builder_private.own_project(text) is 'Locks a project of the signed-in person; 404 when it is not theirs';
alter function app_builder_private.own_project(text) owner to hedgerow_definer;

create function app_builder.start_generation(project_id text, prompts jsonb) returns setof app_builder.generations
language plpgsql security definer set search_path = ''
as $$
declare
  project constant app_builder.projects := app_builder_private.own_project(start_generation.project_id);
begin
  if jsonb_typeof(prompts) is distinct from 'object' or prompts = '{}' then
    raise sqlstate 'PT400' using
      message = 'prompts names no agent',
      hint = 'Send an object with a prompt for each agent, such as {"BACKEND": "A REST API for …"}.';
  end if;
  update app_builder.projects as p set status = 'GENERATING' where p.id = project.id;
  return query
    insert into app_builder.generations (project_id, user_id, agent_type, prompt)
    select project.id, project.user_id, e.key::app_builder.agent_type, e.value from jsonb_each_text(prompts) as e
    returning *;
end
$$;
comment on function app_builder.start_generation(text, jsonb) is
  'Starts to build a project: asks one agent or several

`prompts` is an object from agent to prompt. The project moves to GENERATING (409 where it cannot), and to READY when the last agent is done.';
alter function app_builder.start_generation(text, jsonb) owner to hedgerow_definer;
grant execute on function app_builder.start_generation(text, jsonb) to authenticated;

create function app_builder.deploy_project(project_id text, environment text default 'production') returns app_builder.deployments
language plpgsql security definer set search_path = ''
as $$
declare
  project constant app_builder.projects := app_builder_private.own_project(deploy_project.project_id);
  begun app_builder.deployments;
begin
  update app_builder.projects as p set status = 'DEPLOYING' where p.id = project.id;
  insert into app_builder.deployments (project_id, environment) values (project.id, deploy_project.environment) returning * into begun;
  return begun;
end
$$;
comment on function app_builder.deploy_project(text, text) is
  'Deploys a project that is READY: to development, staging or production

The project moves to DEPLOYING, and with the deployment''s end to DEPLOYED or ERROR.';
alter function app_builder.deploy_project(text, text) owner to hedgerow_definer;
grant execute on function app_builder.deploy_project(text, text) to authenticated;
