-- Apps, their requirements and their prices (SL-02, SL-03, SL-04).

create table spike_land.apps (
  id text primary key default hedgerow.cuid(),
  name text not null check (name ~ '\S' and char_length(name) <= 200),
  description text,
  user_id text not null default spike_land_private.me() references spike_land.users (id) on delete cascade,
  forked_from text references spike_land.apps (id) on delete set null,
  status spike_land.app_status not null default 'DRAFT',
  domain text unique,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint apps_domain_is_a_host_name check (
    domain ~ '^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$' and char_length(domain) <= 253)
);
create index apps_user_idx on spike_land.apps (user_id, status);
create index apps_forked_from_idx on spike_land.apps (forked_from);
create index apps_status_idx on spike_land.apps (status, created_at desc);
comment on table spike_land.apps is 'What people build. ACTIVE ones are read by everybody; the rest by their owner. DELETED is soft.';
comment on column spike_land.apps.forked_from is 'The app it was made from with rpc/fork_app; null once that is gone';
comment on column spike_land.apps.domain is 'The app''s own host name, in lower case; one app a domain';

create trigger apps_lifecycle before update of status on spike_land.apps
  for each row execute function hedgerow.keep_lifecycle('app',
    'DRAFT>ACTIVE', 'ACTIVE>ARCHIVED', 'ARCHIVED>ACTIVE', 'DRAFT>ARCHIVED', 'DRAFT>DELETED', 'ACTIVE>DELETED', 'ARCHIVED>DELETED');

create table spike_land.requirements (
  id text primary key default hedgerow.cuid(),
  app_id text not null references spike_land.apps (id) on delete cascade,
  description text not null check (description ~ '\S'),
  priority spike_land.requirement_priority not null default 'MEDIUM',
  status spike_land.requirement_status not null default 'PENDING',
  version integer not null default 1 check (version > 0),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index requirements_app_idx on spike_land.requirements (app_id, status);
create index requirements_status_idx on spike_land.requirements (status);
create index requirements_priority_idx on spike_land.requirements (priority);
comment on table spike_land.requirements is 'What an app is to do.';
comment on column spike_land.requirements.version is 'Rises by one with each change of the description. Counted by the database';

create trigger requirements_lifecycle before update of status on spike_land.requirements
  for each row execute function hedgerow.keep_lifecycle('requirement',
    'PENDING>IN_PROGRESS', 'PENDING>REJECTED', 'IN_PROGRESS>PENDING', 'IN_PROGRESS>COMPLETED', 'IN_PROGRESS>REJECTED', 'REJECTED>PENDING');

create table spike_land.monetization_models (
  id text primary key default hedgerow.cuid(),
  app_id text not null references spike_land.apps (id) on delete cascade,
  type spike_land.monetization_type not null default 'FREE',
  price numeric(10, 2),
  subscription_interval spike_land.subscription_interval,
  features text[] not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint price_must_be_positive check (price > 0 or (price = 0 and type = 'FREE')),
  constraint interval_for_subscriptions_only check ((subscription_interval is not null) = (type = 'SUBSCRIPTION'))
);
create index monetization_models_app_idx on spike_land.monetization_models (app_id);
create index monetization_models_type_idx on spike_land.monetization_models (type, price);
comment on table spike_land.monetization_models is 'How an app is paid for; several are its tiers. Those of an ACTIVE app: rpc/app_pricing.';
comment on column spike_land.monetization_models.subscription_interval is 'For SUBSCRIPTION, and only there';

set local role hedgerow_definer;

create function spike_land_private.count_requirement_version() returns trigger
language plpgsql set search_path = ''
as $$
begin
  new.version := old.version + (new.description <> old.description)::int;
  return new;
end
$$;
comment on function spike_land_private.count_requirement_version() is 'Row trigger: the version rises with a change of the description, and not otherwise';

create function spike_land.fork_app(app_id text, name text default null) returns spike_land.apps
language plpgsql security definer set search_path = ''
as $$
declare
  caller constant text := spike_land_private.require_me();
  parent spike_land.apps;
  fork spike_land.apps;
begin
  select * into parent from spike_land.apps as a
  where a.id = fork_app.app_id and (a.user_id = caller and a.status <> 'DELETED' or a.status = 'ACTIVE');
  if parent.id is null then
    raise sqlstate 'PT404' using
      message = format('there is no app %s that you can fork', fork_app.app_id),
      hint = 'Your own apps can be forked, and those that are ACTIVE.';
  end if;
  insert into spike_land.apps (name, description, user_id, forked_from)
  values (coalesce(fork_app.name, parent.name), parent.description, caller, parent.id)
  returning * into fork;
  -- The wishes are copied, not the progress: the fork's are all still to do.
  insert into spike_land.requirements (app_id, description, priority)
  select fork.id, r.description, r.priority from spike_land.requirements as r where r.app_id = parent.id order by r.created_at, r.id;
  insert into spike_land.monetization_models (app_id, type, price, subscription_interval, features)
  select fork.id, m.type, m.price, m.subscription_interval, m.features
  from spike_land.monetization_models as m where m.app_id = parent.id order by m.created_at, m.id;
  return fork;
end
$$;
comment on function spike_land.fork_app(text, text) is
  'Makes a draft of your own from an app

Copies its requirements, all PENDING again, and its monetization models. For your own apps and for ACTIVE ones.';
grant execute on function spike_land.fork_app(text, text) to authenticated, service_role;

create function spike_land.app_pricing(app_id text) returns setof spike_land.monetization_models
language sql stable security definer set search_path = ''
as $$
  select m.* from spike_land.monetization_models as m join spike_land.apps as a on a.id = m.app_id
  where a.id = app_pricing.app_id and a.status = 'ACTIVE'
  order by m.price nulls first, m.id
$$;
comment on function spike_land.app_pricing(text) is 'The prices of an ACTIVE app, cheapest first';
grant execute on function spike_land.app_pricing(text) to anon, authenticated, service_role;

set local role hedgerow_admin;

create trigger requirements_version before update on spike_land.requirements
  for each row execute function spike_land_private.count_requirement_version();
