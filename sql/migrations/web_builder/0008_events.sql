-- What visitors did (WB-09): inserted through functions that anybody may call, read by the campaign's owner.

create table web_builder.campaign_events (
  id uuid primary key default gen_random_uuid(),
  campaign_id uuid not null references web_builder.campaigns (id) on delete cascade,
  component_id uuid references web_builder.campaign_components (id) on delete set null,
  event_type varchar(50) not null check (event_type in ('view', 'click', 'conversion', 'form_submit', 'email_open', 'email_click')),
  event_data jsonb not null default '{}',
  session_id varchar(255),
  user_agent text,
  ip_address inet,
  referrer text,
  country varchar(2),
  region varchar(100),
  city varchar(100),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index idx_campaign_events_campaign_id on web_builder.campaign_events (campaign_id, created_at desc);
create index idx_campaign_events_created_at on web_builder.campaign_events (created_at);
create index idx_campaign_events_type on web_builder.campaign_events (event_type, created_at);
create index idx_campaign_events_component on web_builder.campaign_events (component_id);
comment on table web_builder.campaign_events is 'What visitors did with a campaign: `rpc/track_event`. Append-only; raises the counters';
comment on column web_builder.campaign_events.event_type is 'view, click, conversion, form_submit, email_open or email_click';
comment on column web_builder.campaign_events.ip_address is 'From the request, as is user_agent';

create table web_builder.conversions (
  id uuid primary key default gen_random_uuid(),
  campaign_id uuid not null references web_builder.campaigns (id) on delete cascade,
  component_id uuid references web_builder.campaign_components (id) on delete set null,
  conversion_type varchar(50) not null,
  value decimal(12,2) not null default 0 check (value >= 0),
  currency varchar(3) not null default 'USD' check (currency ~ '^[A-Z]{3}$'),
  session_id varchar(255),
  source varchar(100),
  medium varchar(100),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index idx_conversions_campaign_id on web_builder.conversions (campaign_id, created_at desc);
create index idx_conversions_component on web_builder.conversions (component_id);
comment on table web_builder.conversions is 'What a campaign brought in: `rpc/track_conversion`. Append-only; raises conversions and revenue';
comment on column web_builder.conversions.value is 'What it was worth, in its currency; the campaign''s revenue sums those of its own';

alter table web_builder.campaign_events enable row level security, force row level security;
alter table web_builder.conversions enable row level security, force row level security;
create trigger touch_updated_at before update on web_builder.campaign_events for each row execute function hedgerow.touch_updated_at();
create trigger touch_updated_at before update on web_builder.conversions for each row execute function hedgerow.touch_updated_at();

create function web_builder_private.check_component() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if new.component_id is not null and not exists (
    select from web_builder.campaign_components as k where k.id = new.component_id and k.campaign_id = new.campaign_id) then
    raise sqlstate 'PT404' using
      message = format('component %s is not in campaign %s', new.component_id, new.campaign_id), hint = 'Name a component of the campaign, or none.';
  end if;
  return new;
end
$$;
comment on function web_builder_private.check_component() is 'Row trigger: the component is the campaign''s';
alter function web_builder_private.check_component() owner to hedgerow_definer;
create trigger check_component before insert on web_builder.campaign_events
  for each row execute function web_builder_private.check_component();
create trigger check_component before insert on web_builder.conversions
  for each row execute function web_builder_private.check_component();

create function web_builder_private.count_event() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  -- One statement for each row, whose lock makes parallel events count one after the other.
  if new.event_type in ('view', 'email_open') then
    update web_builder.campaigns as c set views = c.views + 1 where c.id = new.campaign_id;
    update web_builder.campaign_components as k set views = k.views + 1 where k.id = new.component_id;
  elsif new.event_type = 'conversion' then
    update web_builder.campaigns as c set conversions = c.conversions + 1 where c.id = new.campaign_id;
    update web_builder.campaign_components as k set conversions = k.conversions + 1 where k.id = new.component_id;
  else
    update web_builder.campaign_components as k set clicks = k.clicks + 1 where k.id = new.component_id;
  end if;
  return null;
end
$$;
comment on function web_builder_private.count_event() is 'Row trigger: an event raises the counters of its campaign and component';
alter function web_builder_private.count_event() owner to hedgerow_definer;
create trigger count_event after insert on web_builder.campaign_events
  for each row execute function web_builder_private.count_event();

create function web_builder_private.count_conversion() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  update web_builder.campaigns as c set conversions = c.conversions + 1,
    revenue_generated = c.revenue_generated + case when c.currency = new.currency then new.value else 0 end
  where c.id = new.campaign_id;
  update web_builder.campaign_components as k set conversions = k.conversions + 1 where k.id = new.component_id;
  return null;
end
$$;
comment on function web_builder_private.count_conversion() is 'Row trigger: a conversion raises conversions, and revenue where it is of the campaign''s currency';
alter function web_builder_private.count_conversion() owner to hedgerow_definer;
create trigger count_conversion after insert on web_builder.conversions
  for each row execute function web_builder_private.count_conversion();

create function web_builder_private.admit_visitor(campaign uuid) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  if not exists (
    select from web_builder.campaigns as c join web_builder.users as u on u.id = c.user_id and u.is_active
    where c.id = campaign and c.status <> 'archived') then
    raise sqlstate 'PT404' using message = format('there is no campaign %s that takes events', campaign), hint = 'An archived one takes none.';
  end if;
  perform hedgerow.take_rate(format('web_builder.events %s %s', campaign, coalesce(hedgerow.request_address()::text, auth.uid()::text, 'nobody')), 120);
end
$$;
comment on function web_builder_private.admit_visitor(uuid) is '404 for a campaign that takes no events; 429 above 120 a minute from one address';
alter function web_builder_private.admit_visitor(uuid) owner to hedgerow_definer;

create function web_builder.track_event(campaign_id uuid, event_type text, component_id uuid default null, event_data jsonb default '{}',
  session_id text default null, referrer text default null)
returns uuid
language plpgsql security definer set search_path = ''
as $$
declare
  tracked uuid;
begin
  perform web_builder_private.admit_visitor(track_event.campaign_id);
  if octet_length(event_data::text) > 8192 then
    raise sqlstate 'PT413' using message = 'event_data is larger than 8 kB', hint = 'Send what says what happened, and no more.';
  end if;
  insert into web_builder.campaign_events as e (campaign_id, component_id, event_type, event_data, session_id, referrer, user_agent, ip_address)
  values (track_event.campaign_id, track_event.component_id, track_event.event_type, coalesce(track_event.event_data, '{}'), left(track_event.session_id, 255),
    left(track_event.referrer, 2048), hedgerow.request_agent(), hedgerow.request_address())
  returning e.id into tracked;
  return tracked;
end
$$;
comment on function web_builder.track_event(uuid, text, uuid, jsonb, text, text) is
  'Says that a visitor did something with a campaign; for everybody

`event_type` is view, click, conversion, form_submit, email_open or email_click. At most 120 a minute from one address.';

create function web_builder.track_conversion(campaign_id uuid, conversion_type text, value numeric default 0, currency text default 'USD',
  component_id uuid default null, session_id text default null, source text default null, medium text default null)
returns uuid
language plpgsql security definer set search_path = ''
as $$
declare
  tracked uuid;
begin
  perform web_builder_private.admit_visitor(track_conversion.campaign_id);
  if track_conversion.value < 0 or track_conversion.value <> round(track_conversion.value, 2) then
    raise sqlstate 'PT400' using message = 'value is no amount of money', hint = 'It is at least 0 and has at most two places.';
  end if;
  insert into web_builder.conversions as c (campaign_id, component_id, conversion_type, value, currency, session_id, source, medium)
  values (track_conversion.campaign_id, track_conversion.component_id, left(track_conversion.conversion_type, 50), track_conversion.value,
    upper(track_conversion.currency), left(track_conversion.session_id, 255), left(track_conversion.source, 100), left(track_conversion.medium, 100))
  returning c.id into tracked;
  return tracked;
end
$$;
comment on function web_builder.track_conversion(uuid, text, numeric, text, uuid, text, text, text) is
  'Says that a campaign brought something in; for everybody. At most 120 calls a minute from one address';

alter function web_builder.track_event(uuid, text, uuid, jsonb, text, text) owner to hedgerow_definer;
alter function web_builder.track_conversion(uuid, text, numeric, text, uuid, text, text, text) owner to hedgerow_definer;
grant execute on function
  web_builder.track_event(uuid, text, uuid, jsonb, text, text), web_builder.track_conversion(uuid, text, numeric, text, uuid, text, text, text)
  to anon, authenticated;
