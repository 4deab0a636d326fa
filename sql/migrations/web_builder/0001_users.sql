-- AI Web Builder (seed 004): people, settings, audit. Every table has created_at and updated_at (WB-11), also where the seed does not list them.

select hedgerow.make_app_schema('web_builder', 'AI Web Builder

Marketing campaigns that AI writes: campaigns and their components, what each generation cost, a component library with a marketplace, and what visitors did.');

create table web_builder.users (
  id uuid primary key references auth.users (id) on delete cascade,
  email varchar(255) unique,
  name varchar(255),
  avatar_url text,
  subscription_tier varchar(20) not null default 'freemium' check (subscription_tier in ('freemium', 'creator', 'business', 'agency')),
  subscription_status varchar(20) not null default 'active' check (subscription_status in ('active', 'canceled', 'past_due', 'trial')),
  subscription_ends_at timestamptz,
  settings jsonb not null default '{}' check (jsonb_typeof(settings) = 'object'),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  last_active_at timestamptz,
  is_active boolean not null default true
);
create index idx_users_email on web_builder.users (email);
create index idx_users_subscription_tier on web_builder.users (subscription_tier);
create index idx_users_active on web_builder.users (is_active) where is_active;
comment on table web_builder.users is
  'A person and their subscription

The row comes and goes with the account in auth.users. A subscription that has ended counts as freemium.';
comment on column web_builder.users.email is 'Follows the account. Null where it has none, or where another person (single sign-on) already has it';
comment on column web_builder.users.subscription_tier is 'freemium, creator, business or agency. Written by billing alone, as are status and end';
comment on column web_builder.users.subscription_ends_at is 'After this moment the limits are freemium''s. Null: no end';
comment on column web_builder.users.settings is 'Preferences: a JSON object';
comment on column web_builder.users.last_active_at is 'Moves with sign-ins and with what is used, at most once a minute';
comment on column web_builder.users.is_active is 'An inactive account reaches nothing of this application. Written by service';

create table web_builder.app_settings (
  key varchar(100) primary key,
  value jsonb not null,
  description text,
  is_public boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on table web_builder.app_settings is 'Settings of the application: limits, thresholds, switches. Written by service; the public ones are read by everybody';
comment on column web_builder.app_settings.is_public is 'Whether people may read it';

create table web_builder.audit_log (
  id uuid primary key default gen_random_uuid(),
  user_id uuid references web_builder.users (id) on delete cascade,
  changed_by uuid,
  table_name text not null,
  row_id text not null,
  action text not null check (action in ('insert', 'update', 'delete')),
  old_values jsonb,
  new_values jsonb,
  ip_address inet,
  user_agent text,
  created_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default now()
);
create index idx_audit_log_user_id on web_builder.audit_log (user_id, created_at desc);
create index idx_audit_log_row on web_builder.audit_log (table_name, row_id, created_at desc);
comment on table web_builder.audit_log is 'What changed in critical tables (users, integrations, campaigns, library, settings), and who did it. Append-only; secrets are left out';
comment on column web_builder.audit_log.user_id is 'Whose row it was; null for settings';
comment on column web_builder.audit_log.changed_by is 'Who did it; null for the platform and for service';
comment on column web_builder.audit_log.old_values is 'The columns that changed, as they were';

alter table web_builder.users enable row level security, force row level security;
alter table web_builder.app_settings enable row level security, force row level security;
alter table web_builder.audit_log enable row level security, force row level security;
create trigger touch_updated_at before update on web_builder.users for each row execute function hedgerow.touch_updated_at();
create trigger touch_updated_at before update on web_builder.app_settings for each row execute function hedgerow.touch_updated_at();
create trigger refuse_update before update on web_builder.audit_log for each row execute function hedgerow.refuse_update();

create function web_builder_private.sync_user() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  begin
    insert into web_builder.users as u (id, email, name, last_active_at)
    values (new.id, nullif(new.email, ''), new.raw_user_meta_data ->> 'full_name', new.last_sign_in_at)
    on conflict (id) do update set email = excluded.email, last_active_at = greatest(u.last_active_at, excluded.last_active_at)
    where (u.email, u.last_active_at) is distinct from (excluded.email, greatest(u.last_active_at, excluded.last_active_at));
  exception when unique_violation then
    -- Accounts from single sign-on may share an address: here it is the first one's.
    insert into web_builder.users as u (id, name, last_active_at)
    values (new.id, new.raw_user_meta_data ->> 'full_name', new.last_sign_in_at)
    on conflict (id) do update set email = null, last_active_at = greatest(u.last_active_at, excluded.last_active_at);
  end;
  return null;
end
$$;
comment on function web_builder_private.sync_user() is 'Row trigger on auth.users: makes the profile, and carries address and last sign-in over';
alter function web_builder_private.sync_user() owner to hedgerow_definer;
create trigger on_auth_user_created_web_builder after insert or update of email, last_sign_in_at on auth.users
  for each row execute function web_builder_private.sync_user();

set local role hedgerow_definer;
insert into web_builder.users (id, email, name, last_active_at)
select id, case when row_number() over (partition by lower(email) order by created_at, id) = 1 then nullif(email, '') end,
  raw_user_meta_data ->> 'full_name', last_sign_in_at
from auth.users;

insert into web_builder.app_settings (key, value, is_public, description) values
  ('subscription_limits', '{
     "freemium": {"campaigns_generated": 3, "ai_credits_used": 50, "storage_bytes_used": 52428800, "api_calls_made": 500},
     "creator": {"campaigns_generated": 25, "ai_credits_used": 1000, "storage_bytes_used": 1073741824, "api_calls_made": 10000},
     "business": {"campaigns_generated": 200, "ai_credits_used": 10000, "storage_bytes_used": 10737418240, "api_calls_made": 100000},
     "agency": {}}', true, 'What each tier allows in a month. What is not named has no limit'),
  ('ai_cost_alert_threshold', '{"freemium": 0.5, "creator": 5, "business": 25, "agency": 100}', false,
    'Dollars a day and user above which one alert is raised'),
  ('ai_cost_limit', '{"per_user": {"freemium": 1, "creator": 10, "business": 50, "agency": 250}, "total": 1000}', true,
    'Dollars a day above which no new generation begins: for one user by tier, and for all together. What is not named has no limit'),
  ('ai_shutoff', '{"all": false, "users": []}', false, 'The emergency shut-off by hand: for all, or for the users whose ids are listed');
set local role hedgerow_admin;

create function web_builder_private.me() returns uuid
language plpgsql stable security definer parallel safe set search_path = ''
as $$
begin
  return (select u.id from web_builder.users as u where u.id = auth.uid() and u.is_active);
end
$$;
comment on function web_builder_private.me() is 'The signed-in person''s id; null when nobody is signed in or the account is inactive here (WB-01)';
alter function web_builder_private.me() owner to hedgerow_definer;
grant execute on function web_builder_private.me() to anon, authenticated, service_role;

create function web_builder_private.setting(name text) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
  return (select s.value from web_builder.app_settings as s where s.key = name);
end
$$;
comment on function web_builder_private.setting(text) is 'A setting''s value, or null';
alter function web_builder_private.setting(text) owner to hedgerow_definer;

create function web_builder_private.tier_of(person uuid, moment timestamptz default now()) returns text
language plpgsql stable security definer set search_path = ''
as $$
begin
  return (
    select case when u.subscription_ends_at <= moment then 'freemium' else u.subscription_tier end
    from web_builder.users as u where u.id = person);
end
$$;
comment on function web_builder_private.tier_of(uuid, timestamptz) is 'The tier whose limits count at the moment: freemium once the subscription has ended';
alter function web_builder_private.tier_of(uuid, timestamptz) owner to hedgerow_definer;

-- Who it is about stands in the column that the trigger's argument names.
create function web_builder_private.audit() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  -- Large texts and what the database derives say nothing about who changed what; secrets are nobody's to read.
  ignored constant text[] := '{updated_at,created_at,search_vector,encrypted_credentials,last_active_at,views,conversions,revenue_generated,downloads,likes,code}';
  before constant jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) - ignored end;
  after constant jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) - ignored end;
  about constant jsonb := coalesce(after, before);
  was jsonb := before;
  becomes jsonb := after;
begin
  if tg_op = 'UPDATE' then
    select jsonb_object_agg(a.key, before -> a.key), jsonb_object_agg(a.key, a.value) into was, becomes
    from jsonb_each(after) as a where a.value is distinct from before -> a.key;
    if becomes is null then
      return null;
    end if;
  end if;
  -- What goes with its person leaves nothing to audit.
  if tg_argv[0] <> '' and not exists (select from web_builder.users as u where u.id = (about ->> tg_argv[0])::uuid) then
    return null;
  end if;
  insert into web_builder.audit_log (user_id, changed_by, table_name, row_id, action, old_values, new_values, ip_address, user_agent)
  values (case when tg_argv[0] <> '' then (about ->> tg_argv[0])::uuid end, auth.uid(), tg_table_name, coalesce(about ->> 'id', about ->> 'key'),
    lower(tg_op), hedgerow.redact(was), hedgerow.redact(becomes), hedgerow.request_address(), hedgerow.request_agent());
  return null;
end
$$;
comment on function web_builder_private.audit() is 'Row trigger, after each write: what changed goes to audit_log';
alter function web_builder_private.audit() owner to hedgerow_definer;
create trigger audit after insert or update or delete on web_builder.users
  for each row execute function web_builder_private.audit('id');
create trigger audit after insert or update or delete on web_builder.app_settings
  for each row execute function web_builder_private.audit('');
