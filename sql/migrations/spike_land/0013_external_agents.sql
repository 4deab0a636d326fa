-- Sessions of coding agents elsewhere (SL-21): service writes what they report, admins read it.

create table spike_land.external_agent_sessions (
  id text primary key default hedgerow.cuid(),
  external_id text not null unique,
  provider spike_land.agent_provider not null default 'JULES',
  name text not null,
  description text,
  status spike_land.external_agent_status not null default 'QUEUED',
  source_repo text,
  starting_branch text,
  output_branch text,
  pull_request_url text,
  plan_summary text,
  plan_approved_at timestamptz,
  last_activity_at timestamptz,
  error_message text,
  metadata jsonb,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index external_agent_sessions_provider_idx on spike_land.external_agent_sessions (provider, status);
create index external_agent_sessions_activity_idx on spike_land.external_agent_sessions (status, last_activity_at);
comment on table spike_land.external_agent_sessions is 'Tasks that an agent elsewhere works on. Written by service, read by admins.';
comment on column spike_land.external_agent_sessions.last_activity_at is 'When the latest activity was. Set by the database';

-- They report what they like, but an ended session has ended.
create trigger external_agent_sessions_lifecycle before update of status on spike_land.external_agent_sessions
  for each row execute function hedgerow.keep_lifecycle('agent session',
    'QUEUED>PLANNING', 'QUEUED>IN_PROGRESS', 'QUEUED>PAUSED', 'QUEUED>COMPLETED', 'QUEUED>FAILED',
    'PLANNING>AWAITING_PLAN_APPROVAL', 'PLANNING>AWAITING_USER_FEEDBACK', 'PLANNING>IN_PROGRESS', 'PLANNING>PAUSED', 'PLANNING>FAILED',
    'AWAITING_PLAN_APPROVAL>PLANNING', 'AWAITING_PLAN_APPROVAL>IN_PROGRESS', 'AWAITING_PLAN_APPROVAL>PAUSED', 'AWAITING_PLAN_APPROVAL>FAILED',
    'AWAITING_USER_FEEDBACK>PLANNING', 'AWAITING_USER_FEEDBACK>IN_PROGRESS', 'AWAITING_USER_FEEDBACK>PAUSED', 'AWAITING_USER_FEEDBACK>FAILED',
    'IN_PROGRESS>AWAITING_USER_FEEDBACK', 'IN_PROGRESS>PAUSED', 'IN_PROGRESS>COMPLETED', 'IN_PROGRESS>FAILED',
    'PAUSED>PLANNING', 'PAUSED>IN_PROGRESS', 'PAUSED>COMPLETED', 'PAUSED>FAILED');

create table spike_land.agent_session_activities (
  id text primary key default hedgerow.cuid(),
  session_id text not null references spike_land.external_agent_sessions (id) on delete cascade,
  external_id text,
  type text not null,
  content text,
  metadata jsonb,
  created_at timestamptz not null default now(),
  unique (session_id, external_id)
);
create index agent_session_activities_session_idx on spike_land.agent_session_activities (session_id, created_at);
comment on table spike_land.agent_session_activities is 'What the agent did: plan_generated, code_committed … Append-only. Written by service, read by admins.';

create trigger agent_session_activities_keep before update on spike_land.agent_session_activities
  for each row execute function hedgerow.refuse_update();

set local role hedgerow_definer;

create function spike_land_private.note_agent_activity() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  update spike_land.external_agent_sessions as s set last_activity_at = greatest(s.last_activity_at, new.created_at) where s.id = new.session_id;
  return null;
end
$$;
comment on function spike_land_private.note_agent_activity() is 'Row trigger: the session''s last activity is its latest one';

set local role hedgerow_admin;

create trigger agent_session_activities_note after insert on spike_land.agent_session_activities
  for each row execute function spike_land_private.note_agent_activity();
