-- Terminal sessions and code executions (IC-16): own rows. A user starts one through a function; what came out of it
-- is written by service. What was asked for never changes.

create table public.terminal_sessions (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references public.users (id) on delete cascade,
  project_id uuid not null references public.projects (id) on delete cascade,
  command text not null,
  output text,
  exit_code integer,
  duration_ms integer check (duration_ms >= 0),
  working_directory text,
  created_at timestamptz default now()
);
create index idx_terminal_sessions_project on public.terminal_sessions (project_id, created_at desc);
create index idx_terminal_sessions_user on public.terminal_sessions (user_id, created_at desc);
comment on table public.terminal_sessions is
  'Terminal commands and their output. Own rows; begun by rpc/run_command, output by service.';

create table public.code_executions (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references public.users (id) on delete cascade,
  project_id uuid references public.projects (id) on delete cascade,
  language text not null,
  source_code text not null,
  stdin text,
  stdout text,
  stderr text,
  compile_output text,
  status text not null,
  exit_code integer,
  execution_time_ms decimal check (execution_time_ms >= 0),
  memory_kb integer check (memory_kb >= 0),
  token text,
  created_at timestamptz default now()
);
create index idx_code_executions_user on public.code_executions (user_id, created_at desc);
create index idx_code_executions_project on public.code_executions (project_id);
comment on table public.code_executions is
  'Programs run in the sandbox and their results. Own rows; begun by rpc/run_code with status "queued", results by service.';
comment on column public.code_executions.status is 'The sandbox''s own word: "queued" at first, then as Judge0 reports it.';
comment on column public.code_executions.token is 'Judge0''s token for the run.';

-- For functions that clients call: a refusal that says what is missing. A project that the caller cannot know of is
-- refused in the same words as one where their role is too low.
create function hedgerow.require_workspace_role(workspace uuid, min_role text) returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
  if not hedgerow.has_workspace_role(workspace, min_role) then
    raise insufficient_privilege using
      message = format('you are not a %s of workspace %s', min_role, workspace),
      hint = 'Ask one of its admins for an invitation, or for a higher role.';
  end if;
end
$$;
comment on function hedgerow.require_workspace_role(uuid, text) is 'Refuses (42501) a caller who is not at least min_role in the workspace.';

create function hedgerow.require_project_role(project uuid, min_role text) returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
  if not hedgerow.has_project_role(project, min_role) then
    raise insufficient_privilege using
      message = format('you are not a %s of the workspace of project %s', min_role, project),
      hint = 'Ask one of its admins for an invitation, or for a higher role.';
  end if;
end
$$;
comment on function hedgerow.require_project_role(uuid, text) is 'Refuses (42501) a caller who is not at least min_role in the project''s workspace.';

create function public.run_command(project_id uuid, command text, working_directory text default null)
returns public.terminal_sessions
language plpgsql security definer set search_path = ''
as $$
declare
  begun public.terminal_sessions;
begin
  perform hedgerow.require_project_role(run_command.project_id, 'member');
  insert into public.terminal_sessions (user_id, project_id, command, working_directory)
  values ((select auth.uid()), run_command.project_id, run_command.command, run_command.working_directory)
  returning * into begun;
  return begun;
end
$$;
comment on function public.run_command(uuid, text, text) is
  'Records a terminal command that the caller, a member of the project''s workspace or above, wants run. Service writes the output.';

create function public.run_code(language text, source_code text, stdin text default null, project_id uuid default null)
returns public.code_executions
language plpgsql security definer set search_path = ''
as $$
declare
  caller constant uuid := (select auth.uid());
  workspace uuid;
  begun public.code_executions;
begin
  if run_code.project_id is not null then
    perform hedgerow.require_project_role(run_code.project_id, 'member');
    select p.workspace_id into workspace from public.projects as p where p.id = run_code.project_id;
  end if;
  perform hedgerow.hold_plan_limit(
    coalesce((select w.owner_id from public.workspaces as w where w.id = workspace), caller), 'executions', 1);
  insert into public.code_executions (user_id, project_id, language, source_code, stdin, status)
  values (caller, run_code.project_id, run_code.language, run_code.source_code, run_code.stdin, 'queued')
  returning * into begun;
  insert into public.usage_records (user_id, workspace_id, resource_type, amount, unit, metadata)
  values (caller, workspace, 'executions', 1, 'runs', jsonb_build_object('code_execution_id', begun.id));
  return begun;
end
$$;
comment on function public.run_code(text, text, text, uuid) is
  'Queues a program for the sandbox and meters one execution. With a project, for members of its workspace and above.';

grant execute on function public.run_command(uuid, text, text) to authenticated;
grant execute on function public.run_code(text, text, text, uuid) to authenticated;

alter table public.terminal_sessions enable row level security;
alter table public.terminal_sessions force row level security;
alter table public.code_executions enable row level security;
alter table public.code_executions force row level security;

-- Forced RLS binds the tables' owner; these run as the definer.
alter function hedgerow.require_workspace_role(uuid, text) owner to hedgerow_definer;
alter function hedgerow.require_project_role(uuid, text) owner to hedgerow_definer;
alter function public.run_command(uuid, text, text) owner to hedgerow_definer;
alter function public.run_code(text, text, text, uuid) owner to hedgerow_definer;
