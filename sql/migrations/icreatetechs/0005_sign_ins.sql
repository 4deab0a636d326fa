-- iCreateTechs: connections to other providers, and where a person is signed in.

create table public.oauth_connections (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null default auth.uid() references public.users (id) on delete cascade,
  provider text not null check (provider in ('github', 'google', 'gitlab', 'bitbucket')),
  provider_user_id text not null,
  access_token text,
  refresh_token text,
  token_expires_at timestamptz,
  scopes text[],
  metadata jsonb default '{}',
  created_at timestamptz default now(),
  updated_at timestamptz default now(),
  unique (user_id, provider)
);

comment on table public.oauth_connections is 'A person''s accounts at GitHub, Google, GitLab, Bitbucket';
comment on column public.oauth_connections.access_token is 'Stored encrypted; no client role may select it';
comment on column public.oauth_connections.refresh_token is 'Stored encrypted; no client role may select it';

create index idx_oauth_connections_user on public.oauth_connections (user_id);
create index idx_oauth_connections_provider on public.oauth_connections (provider);

create table public.user_sessions_extended (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references public.users (id) on delete cascade,
  ip_address inet,
  user_agent text,
  device_type text,
  browser text,
  os text,
  country text,
  last_activity_at timestamptz default now(),
  created_at timestamptz default now()
);

comment on table public.user_sessions_extended is 'Where a person is signed in. `id` is the session''s in auth.sessions; written by the platform';

create index idx_user_sessions_user on public.user_sessions_extended (user_id);
create index idx_user_sessions_last_activity on public.user_sessions_extended (last_activity_at desc);

alter table public.oauth_connections enable row level security;
alter table public.oauth_connections force row level security;
alter table public.user_sessions_extended enable row level security;
alter table public.user_sessions_extended force row level security;

create trigger update_oauth_connections_updated_at before update on public.oauth_connections
  for each row execute function public.update_updated_at_column();
