-- Campaigns and their components (WB-04, WB-05).

create table web_builder.campaigns (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null default auth.uid() references web_builder.users (id) on delete cascade,
  name varchar(255) not null check (name ~ '\S'),
  description text,
  status varchar(20) not null default 'draft' check (status in ('draft', 'generating', 'ready', 'launched', 'paused', 'archived')),
  type varchar(30) not null default 'landing_page'
    check (type in ('landing_page', 'funnel', 'email_sequence', 'complete_campaign', 'component_enhancement')),
  platform_source varchar(50),
  platform_source_id varchar(255),
  target_audience text,
  business_type varchar(100),
  goals jsonb not null default '[]',
  brand_guidelines text,
  performance_requirements jsonb not null default '{}',
  views integer not null default 0,
  conversions integer not null default 0,
  revenue_generated decimal(12,2) not null default 0,
  currency varchar(3) not null default 'USD' check (currency ~ '^[A-Z]{3}$'),
  launched_at timestamptz,
  search_vector tsvector generated always as (
    setweight(to_tsvector('english', name), 'A') || setweight(to_tsvector('english', coalesce(description, '')), 'B')
    || setweight(to_tsvector('english', coalesce(target_audience, '')), 'C')) stored,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index idx_campaigns_user_id on web_builder.campaigns (user_id, created_at desc);
create index idx_campaigns_status on web_builder.campaigns (status);
create index idx_campaigns_created_at on web_builder.campaigns (created_at);
create index idx_campaigns_search on web_builder.campaigns using gin (search_vector);
create index idx_campaigns_active on web_builder.campaigns (user_id, launched_at desc) where status = 'launched';
comment on table web_builder.campaigns is
  'A marketing campaign

draft → generating → ready → launched → paused → archived; a paused one may be launched again. Search with `search_vector=fts.word`.';
comment on column web_builder.campaigns.status is 'draft, generating, ready, launched, paused or archived';
comment on column web_builder.campaigns.type is 'landing_page, funnel, email_sequence, complete_campaign or component_enhancement';
comment on column web_builder.campaigns.goals is 'An array';
comment on column web_builder.campaigns.views is 'Counted from campaign_events, as conversions are from conversions';
comment on column web_builder.campaigns.revenue_generated is 'The sum of the conversions in the campaign''s currency';
comment on column web_builder.campaigns.launched_at is 'When it was launched first. Set by the database';
comment on column web_builder.campaigns.search_vector is 'Name, description and audience';

create table web_builder.campaign_components (
  id uuid primary key default gen_random_uuid(),
  campaign_id uuid not null references web_builder.campaigns (id) on delete cascade,
  name varchar(255) not null check (name ~ '\S'),
  component_type varchar(50) not null check (component_type in ('landing_page', 'form', 'header', 'footer', 'hero_section', 'testimonials',
    'pricing', 'email_template', 'popup', 'navigation', 'custom')),
  code text not null default '',
  props jsonb not null default '{}',
  css_styles text,
  preview_url text,
  export_formats jsonb not null default '[]',
  views integer not null default 0,
  clicks integer not null default 0,
  conversions integer not null default 0,
  engagement_score decimal(5,2) generated always as (
    case when views = 0 then 0 else least(100, round(100.0 * (clicks + 2 * conversions) / views, 2)) end) stored,
  ai_generation_metadata jsonb not null default '{}',
  version integer not null default 1 check (version > 0),
  parent_component_id uuid references web_builder.campaign_components (id) on delete cascade,
  sort_order integer not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index idx_components_campaign_id on web_builder.campaign_components (campaign_id, sort_order, version desc);
create index idx_components_type on web_builder.campaign_components (component_type);
create index idx_components_sort_order on web_builder.campaign_components (sort_order);
-- A component's versions are numbered without a gap or a double.
create unique index campaign_components_version on web_builder.campaign_components (coalesce(parent_component_id, id), version);
create index idx_components_parent on web_builder.campaign_components (parent_component_id);
comment on table web_builder.campaign_components is
  'What a campaign consists of, in order

A version of a component is a row whose `parent_component_id` is the first version (`rpc/save_component_version`).';
comment on column web_builder.campaign_components.component_type is
  'landing_page, form, header, footer, hero_section, testimonials, pricing, email_template, popup, navigation or custom';
comment on column web_builder.campaign_components.engagement_score is 'Clicks and, twice, conversions for each hundred views; at most 100. Derived';
comment on column web_builder.campaign_components.version is 'From 1 without a gap. Set by the database';
comment on column web_builder.campaign_components.parent_component_id is 'The first version; null for that itself';
comment on column web_builder.campaign_components.sort_order is 'Place in the campaign; the next free one when it is left out';

alter table web_builder.campaigns enable row level security, force row level security;
alter table web_builder.campaign_components enable row level security, force row level security;
create trigger touch_updated_at before update on web_builder.campaigns for each row execute function hedgerow.touch_updated_at();
create trigger touch_updated_at before update on web_builder.campaign_components for each row execute function hedgerow.touch_updated_at();
create trigger keep_lifecycle before update of status on web_builder.campaigns
  for each row execute function hedgerow.keep_lifecycle('campaign',
    'draft>generating', 'generating>ready', 'ready>launched', 'launched>paused', 'paused>archived', 'paused>launched');
create trigger audit after insert or update or delete on web_builder.campaigns
  for each row execute function web_builder_private.audit('user_id');

create function web_builder_private.time_launch() returns trigger
language plpgsql set search_path = ''
as $$
begin
  if new.status = 'launched' then
    new.launched_at := coalesce(old.launched_at, clock_timestamp());
  end if;
  return new;
end
$$;
comment on function web_builder_private.time_launch() is 'Row trigger: launched_at is the first launch';
create trigger time_launch before update of status on web_builder.campaigns
  for each row execute function web_builder_private.time_launch();

create function web_builder_private.count_campaign() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform web_builder_private.use(new.user_id, 'campaigns_generated', 1);
  return null;
end
$$;
comment on function web_builder_private.count_campaign() is 'Row trigger: a new campaign counts against the month''s limit';
alter function web_builder_private.count_campaign() owner to hedgerow_definer;
create trigger count_use after insert on web_builder.campaigns
  for each row execute function web_builder_private.count_campaign();

create function web_builder_private.number_component() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  origin web_builder.campaign_components;
begin
  -- The campaign's lock makes parallel writers of one campaign take their places one after the other.
  perform from web_builder.campaigns as c where c.id = new.campaign_id for no key update;
  if new.parent_component_id is null then
    new.version := 1;
  else
    select f.* into origin from web_builder.campaign_components as p
    join web_builder.campaign_components as f on f.id = coalesce(p.parent_component_id, p.id)
    where p.id = new.parent_component_id and p.campaign_id = new.campaign_id;
    if origin.id is null then
      raise sqlstate 'PT409' using
        message = format('component %s is not in this campaign', new.parent_component_id),
        hint = 'A version stands in the campaign of its component.';
    end if;
    new.parent_component_id := origin.id;
    new.version := 1 + (
      select max(c.version) from web_builder.campaign_components as c where c.id = origin.id or c.parent_component_id = origin.id);
    new.sort_order := coalesce(new.sort_order, origin.sort_order);
  end if;
  new.sort_order := coalesce(new.sort_order, 1 + (
    select coalesce(max(c.sort_order), 0) from web_builder.campaign_components as c where c.campaign_id = new.campaign_id));
  return new;
end
$$;
comment on function web_builder_private.number_component() is 'Row trigger: gives a component its place, and a version its number';
alter function web_builder_private.number_component() owner to hedgerow_definer;
create trigger number_component before insert on web_builder.campaign_components
  for each row execute function web_builder_private.number_component();

create function web_builder_private.count_component_bytes() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  campaign constant uuid := case tg_op when 'DELETE' then old.campaign_id else new.campaign_id end;
  was constant bigint := case when tg_op = 'INSERT' then 0 else octet_length(old.code) + coalesce(octet_length(old.css_styles), 0) end;
  becomes constant bigint := case when tg_op = 'DELETE' then 0 else octet_length(new.code) + coalesce(octet_length(new.css_styles), 0) end;
begin
  -- No campaign: it is deleted with its components, and has given their bytes back as a whole.
  perform web_builder_private.use((select c.user_id from web_builder.campaigns as c where c.id = campaign), 'storage_bytes_used', becomes - was);
  return null;
end
$$;
comment on function web_builder_private.count_component_bytes() is 'Row trigger: the bytes of a component''s code count against the limit';
alter function web_builder_private.count_component_bytes() owner to hedgerow_definer;
create trigger count_bytes after insert or delete or update of code, css_styles on web_builder.campaign_components
  for each row execute function web_builder_private.count_component_bytes();

create function web_builder_private.free_campaign_bytes() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform web_builder_private.use(old.user_id, 'storage_bytes_used', -(
    select coalesce(sum(octet_length(c.code) + coalesce(octet_length(c.css_styles), 0)), 0)
    from web_builder.campaign_components as c where c.campaign_id = old.id)::bigint);
  return old;
end
$$;
comment on function web_builder_private.free_campaign_bytes() is 'Row trigger: a deleted campaign gives back the bytes of its components';
alter function web_builder_private.free_campaign_bytes() owner to hedgerow_definer;
create trigger free_bytes before delete on web_builder.campaigns
  for each row execute function web_builder_private.free_campaign_bytes();

create function web_builder.save_component_version(component_id uuid, code text default null, props jsonb default null, css_styles text default null)
returns web_builder.campaign_components
language plpgsql set search_path = ''
as $$
declare
  base web_builder.campaign_components;
  saved web_builder.campaign_components;
begin
  -- SECURITY INVOKER: RLS decides what is seen and written, as for a POST.
  select * into base from web_builder.campaign_components as c where c.id = save_component_version.component_id;
  if base.id is null then
    raise sqlstate 'PT404' using message = format('you have no component %s', component_id), hint = 'campaign_components lists yours.';
  end if;
  insert into web_builder.campaign_components (campaign_id, name, component_type, code, props, css_styles, preview_url, export_formats, parent_component_id, sort_order)
  values (base.campaign_id, base.name, base.component_type, coalesce(save_component_version.code, base.code), coalesce(save_component_version.props, base.props),
    coalesce(save_component_version.css_styles, base.css_styles), base.preview_url, base.export_formats, base.id, base.sort_order)
  returning * into saved;
  return saved;
end
$$;
comment on function web_builder.save_component_version(uuid, text, jsonb, text) is
  'Saves a new version of a component

What is left out stays as it is in the version named.';
grant execute on function web_builder.save_component_version(uuid, text, jsonb, text) to authenticated;
