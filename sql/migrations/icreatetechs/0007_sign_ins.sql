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
comment on column public.oauth_connections.access_token is 'Written in clear, stored encrypted; rpc/reveal_oauth_tokens reads it with the service key';
comment on column public.oauth_connections.refresh_token is 'Written in clear, stored encrypted; rpc/reveal_oauth_tokens reads it with the service key';

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

create trigger keep_columns before update on public.oauth_connections
  for each row when ((old.id, old.user_id, old.provider) is distinct from (new.id, new.user_id, new.provider))
  execute function hedgerow.refuse_change('id', 'user_id', 'provider');

create trigger encrypt_columns before insert or update on public.oauth_connections
  for each row execute function hedgerow.encrypt_columns('access_token', 'refresh_token');

create function public.reveal_oauth_tokens(connection_id uuid, out access_token text, out refresh_token text)
language plpgsql stable security definer set search_path = '' as $$
begin
  select hedgerow.decrypt(c.access_token), hedgerow.decrypt(c.refresh_token) into access_token, refresh_token
  from public.oauth_connections c where c.id = connection_id;
end $$;

comment on function public.reveal_oauth_tokens(uuid) is 'The tokens of a connection in clear. With the service key only';

alter function public.reveal_oauth_tokens(uuid) owner to hedgerow_definer;
grant execute on function public.reveal_oauth_tokens(uuid) to service_role;

-- What a User-Agent says, for people who look at a list of their devices: the order of the tests matters, because browsers
-- name those they descend from (Edge says Chrome and Safari, Chrome says Safari).
create function hedgerow.parse_agent(agent text, out device_type text, out browser text, out os text)
language sql immutable parallel safe as $$
  select
    case
      when agent is null or agent = '' then 'unknown'
      when agent ~* '(bot|crawler|spider)\y' then 'bot'
      when agent ~* 'ipad|tablet|kindle|silk/' or agent ~* 'android' and agent !~* 'mobile' then 'tablet'
      when agent ~* 'mobi|iphone|ipod|android' then 'mobile'
      when agent ~* 'windows|macintosh|x11|cros|linux' then 'desktop'
      else 'other'
    end,
    case
      when agent ~* '\yedg(e|a|ios)?/' then 'Edge'
      when agent ~* '\y(opr|opera)[/ ]' then 'Opera'
      when agent ~* 'samsungbrowser/' then 'Samsung Internet'
      when agent ~* '\y(firefox|fxios)/' then 'Firefox'
      when agent ~* '\y(chrome|crios|chromium)/' then 'Chrome'
      when agent ~* '\ysafari/' then 'Safari'
      -- Not a browser: the program's own name, as in curl/8.5.0 or supabase-js/2.
      else substring(agent from '^([A-Za-z][A-Za-z0-9._-]*)/')
    end,
    case
      when agent ~* 'windows' then 'Windows'
      when agent ~* 'iphone|ipad|ipod' then 'iOS'
      when agent ~* 'android' then 'Android'
      when agent ~* 'macintosh|mac os x' then 'macOS'
      when agent ~* 'cros ' then 'ChromeOS'
      when agent ~* 'linux|x11' then 'Linux'
    end
$$;

comment on function hedgerow.parse_agent(text) is 'device_type (desktop, mobile, tablet, bot, other, unknown), browser and os of a User-Agent';

create function hedgerow.extend_session() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  agent text := coalesce(new.user_agent, hedgerow.request_agent());
begin
  insert into public.user_sessions_extended (id, user_id, ip_address, user_agent, device_type, browser, os)
  select new.id, new.user_id, coalesce(new.ip, hedgerow.request_address()), agent, a.device_type, a.browser, a.os
  from hedgerow.parse_agent(agent) a
  on conflict (id) do nothing;
  return null;
end $$;

comment on function hedgerow.extend_session() is 'Row trigger on auth.sessions: a sign-in appears among the person''s sessions';

create function hedgerow.touch_sessions(sessions uuid[]) returns int
language plpgsql volatile security definer set search_path = '' as $$
declare
  touched int;
begin
  update public.user_sessions_extended s set last_activity_at = now()
  where s.id in (
    select t.id from public.user_sessions_extended t
    where t.id = any (sessions) and coalesce(t.last_activity_at, '-infinity') <= now() - interval '1 minute'
    for no key update skip locked); -- another replica is noting the same session
  get diagnostics touched = row_count;
  return touched;
end $$;

comment on function hedgerow.touch_sessions(uuid[]) is
  'Notes that these sessions (claim `session_id`) are in use: moves last_activity_at, at most once a minute each. Returns how many it moved';

create function hedgerow.follow_session() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform hedgerow.touch_sessions(array[new.id]);
  return null;
end $$;

comment on function hedgerow.follow_session() is 'Row trigger on auth.sessions: a refreshed session is one in use';

alter function hedgerow.extend_session() owner to hedgerow_definer;
alter function hedgerow.touch_sessions(uuid[]) owner to hedgerow_definer;
alter function hedgerow.follow_session() owner to hedgerow_definer;
grant execute on function hedgerow.parse_agent(text) to hedgerow_definer;
grant execute on function hedgerow.touch_sessions(uuid[]) to authenticator, hedgerow_auth, hedgerow_jobs, service_role;

create trigger on_auth_session_created after insert on auth.sessions
  for each row execute function hedgerow.extend_session();
create trigger on_auth_session_refreshed after update on auth.sessions
  for each row execute function hedgerow.follow_session();
