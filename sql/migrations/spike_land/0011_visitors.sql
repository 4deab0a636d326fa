-- Who comes, from where, and what becomes of it: visits (SL-18) and attribution (SL-19).

create table spike_land.visitor_sessions (
  id text primary key default hedgerow.cuid(),
  visitor_id text not null check (char_length(visitor_id) between 8 and 200),
  user_id text references spike_land.users (id) on delete set null,
  session_start timestamptz not null default now(),
  session_end timestamptz,
  device_type text,
  browser text,
  os text,
  ip_country text check (ip_country ~ '^[A-Z]{2}$'),
  ip_city text,
  referrer text,
  landing_page text not null,
  exit_page text,
  page_view_count integer not null default 0 check (page_view_count >= 0),
  utm_source text,
  utm_medium text,
  utm_campaign text,
  utm_term text,
  utm_content text,
  gclid text,
  fbclid text
);
create index visitor_sessions_visitor_idx on spike_land.visitor_sessions (visitor_id);
create index visitor_sessions_user_idx on spike_land.visitor_sessions (user_id, session_start);
create index visitor_sessions_campaign_idx on spike_land.visitor_sessions (utm_campaign);
create index visitor_sessions_source_idx on spike_land.visitor_sessions (utm_source);
create index visitor_sessions_start_idx on spike_land.visitor_sessions (session_start);
comment on table spike_land.visitor_sessions is 'Visits. Written by rpc/start_visit and its sisters, read by admins.';
comment on column spike_land.visitor_sessions.visitor_id is 'A random id that the browser keeps; rpc/link_visitor ties it to the person who signed up';
comment on column spike_land.visitor_sessions.page_view_count is 'Counted by the database';

create table spike_land.page_views (
  id text primary key default hedgerow.cuid(),
  session_id text not null references spike_land.visitor_sessions (id) on delete cascade,
  path text not null,
  title text,
  timestamp timestamptz not null default now(),
  time_on_page integer check (time_on_page >= 0),
  scroll_depth integer check (scroll_depth between 0 and 100)
);
create index page_views_session_idx on spike_land.page_views (session_id, timestamp);
create index page_views_path_idx on spike_land.page_views (path);
comment on table spike_land.page_views is 'Pages seen in a visit. Written by rpc/track_page_view, read by admins.';
comment on column spike_land.page_views.time_on_page is 'Seconds';
comment on column spike_land.page_views.scroll_depth is 'Percent';

create table spike_land.analytics_events (
  id text primary key default hedgerow.cuid(),
  session_id text not null references spike_land.visitor_sessions (id) on delete cascade,
  name text not null,
  category text,
  value numeric,
  metadata jsonb,
  timestamp timestamptz not null default now()
);
create index analytics_events_session_idx on spike_land.analytics_events (session_id, timestamp);
create index analytics_events_name_idx on spike_land.analytics_events (name);
create index analytics_events_category_idx on spike_land.analytics_events (category);
comment on table spike_land.analytics_events is 'What was done in a visit. Written by rpc/track_event, read by admins.';

create table spike_land.campaign_attributions (
  id text primary key default hedgerow.cuid(),
  user_id text not null references spike_land.users (id) on delete cascade,
  session_id text not null,
  attribution_type spike_land.attribution_type not null,
  platform text,
  external_campaign_id text,
  utm_campaign text,
  utm_source text,
  utm_medium text,
  conversion_type spike_land.conversion_type not null,
  conversion_value numeric,
  converted_at timestamptz not null default now(),
  conversion_id text not null,
  unique (conversion_id, attribution_type)
);
create index campaign_attributions_user_idx on spike_land.campaign_attributions (user_id);
create index campaign_attributions_session_idx on spike_land.campaign_attributions (session_id);
create index campaign_attributions_campaign_idx on spike_land.campaign_attributions (utm_campaign);
create index campaign_attributions_external_idx on spike_land.campaign_attributions (external_campaign_id);
create index campaign_attributions_converted_idx on spike_land.campaign_attributions (converted_at, attribution_type);
comment on table spike_land.campaign_attributions is 'Which visit a conversion is owed to: the first and the last one before it. Written by the database, read by admins.';
comment on column spike_land.campaign_attributions.conversion_id is 'The same for the two rows of one conversion';
comment on column spike_land.campaign_attributions.session_id is 'The visit; it may be deleted before this row';

create table spike_land.campaign_links (
  id text primary key default hedgerow.cuid(),
  utm_campaign text not null,
  platform text not null check (platform in ('FACEBOOK', 'GOOGLE_ADS')),
  external_campaign_id text not null,
  external_campaign_name text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (utm_campaign, platform)
);
create index campaign_links_platform_idx on spike_land.campaign_links (platform);
create index campaign_links_external_idx on spike_land.campaign_links (external_campaign_id);
comment on table spike_land.campaign_links is 'Which campaign at Facebook or Google Ads a utm_campaign is. Written by admins.';

create table spike_land.campaign_metrics_cache (
  id text primary key default hedgerow.cuid(),
  cache_key text not null unique,
  metrics jsonb not null,
  computed_at timestamptz not null default now(),
  expires_at timestamptz not null,
  constraint campaign_metrics_cache_expires_later check (expires_at > computed_at)
);
create index campaign_metrics_cache_expires_idx on spike_land.campaign_metrics_cache (expires_at);
comment on table spike_land.campaign_metrics_cache is 'Answers of rpc/campaign_metrics, for an hour.';

create table spike_land.marketing_accounts (
  id text primary key default hedgerow.cuid(),
  user_id text not null default spike_land_private.me() references spike_land.users (id) on delete cascade,
  platform spike_land.marketing_platform not null,
  account_id text not null,
  account_name text,
  access_token text not null,
  refresh_token text,
  expires_at timestamptz,
  is_active boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (user_id, platform, account_id)
);
create index marketing_accounts_platform_idx on spike_land.marketing_accounts (platform);
comment on table spike_land.marketing_accounts is 'An admin''s accounts at Facebook and Google Ads.';
comment on column spike_land.marketing_accounts.access_token is 'Written in clear, stored encrypted; rpc/reveal_marketing_tokens reads it with the service key';
comment on column spike_land.marketing_accounts.refresh_token is 'Written in clear, stored encrypted; rpc/reveal_marketing_tokens reads it with the service key';

create trigger marketing_accounts_encrypt before insert or update on spike_land.marketing_accounts
  for each row execute function hedgerow.encrypt_columns('access_token', 'refresh_token');

set local role hedgerow_definer;

create function spike_land_private.take_visit_rate() returns void
language plpgsql security definer set search_path = ''
as $$
begin
  perform hedgerow.take_rate('spike_land.visits:' || coalesce(auth.uid()::text, host(hedgerow.request_address()), 'unknown'), 300);
end
$$;
comment on function spike_land_private.take_visit_rate() is 'At most 300 calls a minute for a person, or an address where nobody is signed in';

create function spike_land.start_visit(
  visitor_id text, landing_page text, referrer text default null, utm_source text default null, utm_medium text default null,
  utm_campaign text default null, utm_term text default null, utm_content text default null, gclid text default null, fbclid text default null)
returns text
language plpgsql security definer set search_path = ''
as $$
declare
  started text;
begin
  perform spike_land_private.take_visit_rate();
  if coalesce(char_length(start_visit.visitor_id), 0) not between 8 and 200 or coalesce(start_visit.landing_page, '') = '' then
    raise sqlstate 'PT400' using
      message = 'a visit has a visitor_id of 8 to 200 characters and a landing_page',
      hint = 'Make the visitor_id at random once and keep it in the browser.';
  end if;
  insert into spike_land.visitor_sessions (visitor_id, user_id, device_type, browser, os, referrer, landing_page,
    utm_source, utm_medium, utm_campaign, utm_term, utm_content, gclid, fbclid)
  select start_visit.visitor_id, spike_land_private.me(), a.device_type, a.browser, a.os, left(start_visit.referrer, 2048), left(start_visit.landing_page, 2048),
    left(start_visit.utm_source, 200), left(start_visit.utm_medium, 200), left(start_visit.utm_campaign, 200), left(start_visit.utm_term, 200),
    left(start_visit.utm_content, 200), left(start_visit.gclid, 200), left(start_visit.fbclid, 200)
  from spike_land_private.parse_agent(hedgerow.request_agent()) as a
  returning id into started;
  return started;
end
$$;
comment on function spike_land.start_visit(text, text, text, text, text, text, text, text, text, text) is
  'A visit begins; returns its id, to be sent with the visitor_id by track_page_view and track_event. At most 300 calls a minute';

-- The families that analytics tell apart; the order of the tests matters, because Edge says Chrome and Chrome says Safari.
create function spike_land_private.parse_agent(agent text, out device_type text, out browser text, out os text)
language sql immutable parallel safe set search_path = ''
as $$
  select
    case when agent ~* 'ipad|tablet' or agent ~* 'android' and agent !~* 'mobile' then 'tablet'
      when agent ~* 'mobi|iphone|android' then 'mobile' when agent is not null then 'desktop' end,
    case when agent ~* '\yedg' then 'Edge' when agent ~* '\y(firefox|fxios)/' then 'Firefox' when agent ~* '\y(chrome|crios)/' then 'Chrome'
      when agent ~* '\ysafari/' then 'Safari' end,
    case when agent ~* 'windows' then 'Windows' when agent ~* 'iphone|ipad' then 'iOS' when agent ~* 'android' then 'Android'
      when agent ~* 'mac os x|macintosh' then 'macOS' when agent ~* 'linux|x11' then 'Linux' end
$$;
comment on function spike_land_private.parse_agent(text) is 'device_type, browser and os of a User-Agent';

-- A visit is told by its id together with its visitor's: nobody writes into another's.
create function spike_land_private.own_visit(session_id text, visitor_id text) returns text
language plpgsql security definer set search_path = ''
as $$
begin
  perform spike_land_private.take_visit_rate();
  if not exists (select from spike_land.visitor_sessions as s where s.id = own_visit.session_id and s.visitor_id = own_visit.visitor_id) then
    raise sqlstate 'PT404' using message = 'there is no such visit of this visitor', hint = 'rpc/start_visit begins one.';
  end if;
  return session_id;
end
$$;
comment on function spike_land_private.own_visit(text, text) is 'The visit, if it is this visitor''s; 404 else. Takes from the rate limit';

create function spike_land.track_page_view(
  session_id text, visitor_id text, path text, title text default null, time_on_page integer default null, scroll_depth integer default null)
returns text
language plpgsql security definer set search_path = ''
as $$
declare
  tracked text;
begin
  insert into spike_land.page_views (session_id, path, title, time_on_page, scroll_depth)
  values (spike_land_private.own_visit(track_page_view.session_id, track_page_view.visitor_id), left(track_page_view.path, 2048),
    left(track_page_view.title, 500), track_page_view.time_on_page, track_page_view.scroll_depth)
  returning id into tracked;
  update spike_land.visitor_sessions as s set page_view_count = s.page_view_count + 1, exit_page = left(track_page_view.path, 2048), session_end = now()
  where s.id = track_page_view.session_id;
  return tracked;
end
$$;
comment on function spike_land.track_page_view(text, text, text, text, integer, integer) is 'A page was seen in a visit; returns the view''s id';

create function spike_land.track_event(
  session_id text, visitor_id text, name text, category text default null, value numeric default null, metadata jsonb default null)
returns text
language plpgsql security definer set search_path = ''
as $$
declare
  tracked text;
begin
  if octet_length(track_event.metadata::text) > 16384 then
    raise sqlstate 'PT413' using message = 'an event''s metadata may hold 16 kB';
  end if;
  insert into spike_land.analytics_events (session_id, name, category, value, metadata)
  values (spike_land_private.own_visit(track_event.session_id, track_event.visitor_id), left(track_event.name, 200), left(track_event.category, 200),
    track_event.value, hedgerow.redact(track_event.metadata))
  returning id into tracked;
  update spike_land.visitor_sessions as s set session_end = now() where s.id = track_event.session_id;
  return tracked;
end
$$;
comment on function spike_land.track_event(text, text, text, text, numeric, jsonb) is 'Something was done in a visit; returns the event''s id';
grant execute on function
  spike_land.start_visit(text, text, text, text, text, text, text, text, text, text),
  spike_land.track_page_view(text, text, text, text, integer, integer), spike_land.track_event(text, text, text, text, numeric, jsonb)
to anon, authenticated, service_role;

create function spike_land.link_visitor(visitor_id text) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
  caller constant text := spike_land_private.require_me();
  linked integer;
begin
  update spike_land.visitor_sessions as s set user_id = caller where s.visitor_id = link_visitor.visitor_id and s.user_id is null;
  get diagnostics linked = row_count;
  if linked > 0 then
    -- The sign-up is one conversion, whenever its visits become known.
    perform from spike_land.users as u where u.id = caller for no key update;
    if not exists (select from spike_land.campaign_attributions as a where a.user_id = caller and a.conversion_type = 'SIGNUP') then
      perform spike_land_private.attribute_conversion(caller, 'SIGNUP', null);
    end if;
  end if;
  return linked;
end
$$;
comment on function spike_land.link_visitor(text) is 'The visits of this browser were yours: call it after signing up. Returns how many there are';
grant execute on function spike_land.link_visitor(text) to authenticated;

create function spike_land_private.attribute_conversion(
  user_id text, conversion_type spike_land.conversion_type, value numeric, moment timestamptz default now())
returns text
language plpgsql security definer set search_path = ''
as $$
declare
  conversion constant text := hedgerow.cuid();
begin
  insert into spike_land.campaign_attributions (user_id, session_id, attribution_type, platform, external_campaign_id, utm_campaign, utm_source,
    utm_medium, conversion_type, conversion_value, converted_at, conversion_id)
  select attribute_conversion.user_id, s.id, s.touch, s.platform, l.external_campaign_id, s.utm_campaign, s.utm_source, s.utm_medium,
    attribute_conversion.conversion_type, attribute_conversion.value, moment, conversion
  from (
    select v.*, t.touch,
      case when v.gclid is not null or v.utm_source ilike 'google%' and v.utm_medium ilike 'cpc' then 'GOOGLE_ADS'
        when v.fbclid is not null or v.utm_source ilike 'facebook%' then 'FACEBOOK'
        when v.utm_source is not null then upper(v.utm_source) when v.referrer is not null then 'ORGANIC' else 'DIRECT' end as platform
    from (values ('FIRST_TOUCH'::spike_land.attribution_type, 1), ('LAST_TOUCH', -1)) as t (touch, direction)
    cross join lateral (
      select * from spike_land.visitor_sessions as w
      where w.user_id = attribute_conversion.user_id and w.session_start <= moment
      order by t.direction * extract(epoch from w.session_start), w.id limit 1) as v) as s
  left join spike_land.campaign_links as l on l.utm_campaign = s.utm_campaign and l.platform = s.platform;
  return case when found then conversion end;
end
$$;
comment on function spike_land_private.attribute_conversion(text, spike_land.conversion_type, numeric, timestamptz) is
  'Credits a conversion to the person''s first and last visit before the moment; null when no visit of theirs is known';

create function spike_land.campaign_metrics(
  since timestamptz, until timestamptz, attribution spike_land.attribution_type default 'LAST_TOUCH', moment timestamptz default now())
returns jsonb
language plpgsql security definer set search_path = '' set timezone = 'UTC'
as $$
declare
  key constant text := format('overview:%s:%s:%s', since, until, lower(attribution::text));
  answer jsonb;
begin
  if not spike_land_private.is_admin() and current_setting('role', true) <> 'service_role' then
    perform spike_land_private.require_admin();
  end if;
  select c.metrics into answer from spike_land.campaign_metrics_cache as c where c.cache_key = key and c.expires_at > campaign_metrics.moment;
  if answer is not null then
    return answer;
  end if;
  select coalesce(jsonb_agg(to_jsonb(m) order by m.conversions desc, m.campaign, m.platform), '[]') into answer
  from (
    select coalesce(a.utm_campaign, '(none)') as campaign, a.platform, min(a.external_campaign_id) as external_campaign_id, count(*) as conversions,
      count(*) filter (where a.conversion_type = 'SIGNUP') as signups, count(*) filter (where a.conversion_type = 'PURCHASE') as purchases,
      coalesce(sum(a.conversion_value) filter (where a.conversion_type = 'PURCHASE'), 0) as revenue
    from spike_land.campaign_attributions as a
    where a.converted_at >= since and a.converted_at < until and a.attribution_type = attribution
    group by 1, 2) as m;
  insert into spike_land.campaign_metrics_cache (cache_key, metrics, computed_at, expires_at)
  values (key, answer, campaign_metrics.moment, campaign_metrics.moment + interval '1 hour')
  on conflict (cache_key) do update set metrics = excluded.metrics, computed_at = excluded.computed_at, expires_at = excluded.expires_at;
  return answer;
end
$$;
comment on function spike_land.campaign_metrics(timestamptz, timestamptz, spike_land.attribution_type, timestamptz) is
  'Conversions, sign-ups, purchases and revenue by campaign, by first or last touch. Kept for an hour. For admins';
grant execute on function spike_land.campaign_metrics(timestamptz, timestamptz, spike_land.attribution_type, timestamptz) to authenticated, service_role;

create function spike_land.reveal_marketing_tokens(account_id text, out access_token text, out refresh_token text)
language plpgsql stable security definer set search_path = ''
as $$
begin
  select hedgerow.decrypt(a.access_token), hedgerow.decrypt(a.refresh_token) into access_token, refresh_token
  from spike_land.marketing_accounts as a where a.id = reveal_marketing_tokens.account_id;
end
$$;
comment on function spike_land.reveal_marketing_tokens(text) is 'The tokens of a marketing account in clear. With the service key only';
grant execute on function spike_land.reveal_marketing_tokens(text) to service_role;

create function spike_land_private.delete_expired_metrics(moment timestamptz default now()) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
  gone integer;
begin
  delete from spike_land.campaign_metrics_cache as c where c.expires_at <= moment;
  get diagnostics gone = row_count;
  return gone;
end
$$;
comment on function spike_land_private.delete_expired_metrics(timestamptz) is 'Deletes metrics that have expired at the moment; returns how many.';

create function spike_land_private.delete_old_visits(moment timestamptz default now()) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
  gone integer;
begin
  delete from spike_land.visitor_sessions as s where s.session_start < moment - interval '1 year';
  get diagnostics gone = row_count;
  return gone;
end
$$;
comment on function spike_land_private.delete_old_visits(timestamptz) is 'Deletes visits older than a year at the moment, with their pages and events; returns how many. Attributions stay.';
grant execute on function spike_land_private.delete_expired_metrics(timestamptz), spike_land_private.delete_old_visits(timestamptz) to hedgerow_jobs, service_role;

set local role hedgerow_admin;

select hedgerow.register_upkeep('spike_land.delete-expired-metrics', 'spike_land_private.delete_expired_metrics');
select hedgerow.register_upkeep('spike_land.delete-old-visits', 'spike_land_private.delete_old_visits');
