-- Spike Land (seed 002): its schemas, its enums, and people with what mirrors their accounts (SL-01).
-- The seed is a Prisma model: String @id @default(cuid()) is a text key made by hedgerow.cuid(), an enum is an enum, Json is jsonb.
-- Enum values that the seed does not list are chosen, and so is ON DELETE where it says nothing: cascade for what belongs to
-- somebody, set null for what only mentions them.

select hedgerow.make_app_schema('spike_land', 'Spike Land

Images enhanced for tokens, albums, print-on-demand, boxes with agents, and the analytics around them.

Prices in tokens are whole numbers; money has two places. A link that was shared is opened with its token in the header x-share-token.');

create type spike_land.user_role as enum ('USER', 'ADMIN', 'SUPER_ADMIN');
create type spike_land.app_status as enum ('DRAFT', 'ACTIVE', 'ARCHIVED', 'DELETED');
create type spike_land.requirement_priority as enum ('LOW', 'MEDIUM', 'HIGH', 'CRITICAL');
create type spike_land.requirement_status as enum ('PENDING', 'IN_PROGRESS', 'COMPLETED', 'REJECTED');
create type spike_land.monetization_type as enum ('FREE', 'ONE_TIME', 'SUBSCRIPTION', 'FREEMIUM', 'USAGE_BASED');
create type spike_land.subscription_interval as enum ('MONTHLY', 'QUARTERLY', 'YEARLY');
create type spike_land.subscription_tier as enum ('FREE', 'BASIC', 'STANDARD', 'PREMIUM');
create type spike_land.subscription_status as enum ('ACTIVE', 'CANCELED', 'PAST_DUE', 'UNPAID', 'TRIALING');
create type spike_land.token_transaction_type as enum (
  'EARN_REGENERATION', 'EARN_PURCHASE', 'EARN_SUBSCRIPTION', 'EARN_BONUS', 'EARN_ADMIN_ADJUSTMENT',
  'SPEND_ENHANCEMENT', 'SPEND_MCP_GENERATION', 'SPEND_BOX_HOUR', 'EXPIRE_SUBSCRIPTION', 'REVERSE_PURCHASE', 'REFUND');
create type spike_land.stripe_payment_status as enum ('PENDING', 'SUCCEEDED', 'FAILED', 'REFUNDED');
create type spike_land.voucher_type as enum ('FIXED_TOKENS', 'PERCENTAGE_BONUS', 'SUBSCRIPTION_TRIAL');
create type spike_land.voucher_status as enum ('ACTIVE', 'INACTIVE', 'EXPIRED', 'DEPLETED');
create type spike_land.referral_status as enum ('PENDING', 'COMPLETED', 'INVALID');
create type spike_land.enhancement_tier as enum ('FREE', 'TIER_1K', 'TIER_2K', 'TIER_4K');
create type spike_land.job_status as enum ('PENDING', 'PROCESSING', 'COMPLETED', 'FAILED', 'REFUNDED', 'CANCELLED');
create type spike_land.pipeline_stage as enum ('ANALYZING', 'CROPPING', 'PROMPTING', 'GENERATING');
create type spike_land.pipeline_visibility as enum ('PRIVATE', 'PUBLIC', 'LINK');
create type spike_land.album_privacy as enum ('PRIVATE', 'UNLISTED', 'PUBLIC');
create type spike_land.gallery_category as enum ('PORTRAIT', 'LANDSCAPE', 'PRODUCT', 'ARCHITECTURE');
create type spike_land.box_status as enum ('CREATING', 'STARTING', 'RUNNING', 'PAUSED', 'STOPPING', 'STOPPED', 'TERMINATED', 'ERROR');
create type spike_land.box_action_type as enum ('CREATE', 'START', 'STOP', 'RESTART', 'DELETE', 'CLONE');
create type spike_land.box_message_role as enum ('USER', 'AGENT', 'SYSTEM');
create type spike_land.mcp_job_type as enum ('GENERATE', 'MODIFY');
create type spike_land.pod_provider as enum ('PRODIGI', 'PRINTFUL');
create type spike_land.merch_order_status as enum (
  'PENDING', 'PAYMENT_PENDING', 'PAID', 'SUBMITTED', 'IN_PRODUCTION', 'SHIPPED', 'DELIVERED', 'CANCELLED', 'REFUNDED');
create type spike_land.shipment_status as enum ('PENDING', 'PROCESSING', 'SHIPPED', 'IN_TRANSIT', 'OUT_FOR_DELIVERY', 'DELIVERED', 'FAILED');
create type spike_land.attribution_type as enum ('FIRST_TOUCH', 'LAST_TOUCH');
create type spike_land.conversion_type as enum ('SIGNUP', 'ENHANCEMENT', 'PURCHASE');
create type spike_land.marketing_platform as enum ('FACEBOOK', 'GOOGLE_ADS');
create type spike_land.audio_storage_type as enum ('R2', 'OPFS');
create type spike_land.agent_provider as enum ('JULES', 'CODEX');
create type spike_land.external_agent_status as enum (
  'QUEUED', 'PLANNING', 'AWAITING_PLAN_APPROVAL', 'AWAITING_USER_FEEDBACK', 'IN_PROGRESS', 'PAUSED', 'COMPLETED', 'FAILED');
create type spike_land.audit_action as enum (
  'ROLE_CHANGE', 'TOKEN_ADJUSTMENT', 'VOUCHER_CREATE', 'VOUCHER_UPDATE', 'VOUCHER_DELETE', 'REFERRAL_REVIEW', 'USER_DELETE', 'ADMIN_LOGIN');
create type spike_land.error_environment as enum ('FRONTEND', 'BACKEND');
create type spike_land.feedback_type as enum ('BUG', 'IDEA', 'OTHER');
create type spike_land.feedback_status as enum ('NEW', 'REVIEWED', 'RESOLVED', 'DISMISSED');
create type spike_land.email_status as enum ('PENDING', 'SENT', 'DELIVERED', 'OPENED', 'CLICKED', 'BOUNCED', 'FAILED');

-- People say referral codes aloud: no letter that looks like a digit, none that sounds like another's plural.
create function spike_land_private.new_code(length integer) returns text
language sql volatile set search_path = ''
as $$
  select string_agg(substr('ABCDEFGHJKMNPQRSTUVWXYZ23456789', get_byte(extensions.gen_random_bytes(1), 0) % 31 + 1, 1), '')
  from generate_series(1, new_code.length)
$$;
comment on function spike_land_private.new_code(integer) is 'A random code in capital letters and digits that cannot be confused';
alter function spike_land_private.new_code(integer) owner to hedgerow_definer;
grant execute on function spike_land_private.new_code(integer) to authenticated, service_role, hedgerow_admin;

create table spike_land.users (
  id text primary key default hedgerow.cuid(),
  auth_id uuid not null unique references auth.users (id) on delete cascade,
  name text,
  email text unique,
  email_verified timestamptz,
  image text,
  stripe_customer_id text unique,
  role spike_land.user_role not null default 'USER',
  referral_code text unique default spike_land_private.new_code(8),
  referred_by_id text references spike_land.users (id) on delete set null,
  referral_count integer not null default 0 check (referral_count >= 0),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index users_referred_by_idx on spike_land.users (referred_by_id) where referred_by_id is not null;
create index users_role_idx on spike_land.users (role) where role <> 'USER';
comment on table spike_land.users is 'A person''s profile. The row comes and goes with the account in auth.users, where the credentials are.';
comment on column spike_land.users.auth_id is 'The account: auth.users.id, the `sub` of the person''s tokens';
comment on column spike_land.users.email is 'Follows auth.users. Null for accounts without an address, and for a second account with the same one (single sign-on)';
comment on column spike_land.users.role is 'Admins curate and read the logs; a super admin also gives roles: rpc/set_user_role';
comment on column spike_land.users.referral_code is 'What friends enter with rpc/use_referral_code';
comment on column spike_land.users.referral_count is 'Completed referrals. Counted by the database';

create table spike_land.accounts (
  id text primary key default hedgerow.cuid(),
  user_id text not null references spike_land.users (id) on delete cascade,
  auth_identity_id uuid unique references auth.identities (id) on delete cascade,
  type text not null,
  provider text not null,
  provider_account_id text not null,
  refresh_token text,
  access_token text,
  expires_at integer,
  token_type text,
  scope text,
  id_token text,
  session_state text,
  unique (provider, provider_account_id)
);
create index accounts_user_idx on spike_land.accounts (user_id);
comment on table spike_land.accounts is 'The person''s ways in: mirrors auth.identities, written by trigger.';
comment on column spike_land.accounts.access_token is 'Empty: the platform keeps no token of the provider after sign-in';

create table spike_land.sessions (
  id text primary key default hedgerow.cuid(),
  session_token text not null unique,
  user_id text not null references spike_land.users (id) on delete cascade,
  auth_session_id uuid unique references auth.sessions (id) on delete cascade,
  expires timestamptz not null
);
create index sessions_user_idx on spike_land.sessions (user_id);
create index sessions_expires_idx on spike_land.sessions (expires);
comment on table spike_land.sessions is 'Where a person is signed in: mirrors auth.sessions, written by trigger.';
comment on column spike_land.sessions.session_token is 'A digest of the session''s id: says which it is and opens nothing';
comment on column spike_land.sessions.expires is 'The session''s own end, else 30 days after it was last refreshed';

create table spike_land.verification_tokens (
  identifier text not null,
  token text not null unique,
  expires timestamptz not null,
  auth_token_id uuid unique references auth.one_time_tokens (id) on delete cascade,
  unique (identifier, token)
);
create index verification_tokens_expires_idx on spike_land.verification_tokens (expires);
comment on table spike_land.verification_tokens is 'Codes that wait to be used: mirrors auth.one_time_tokens, written by trigger; gone once used.';
comment on column spike_land.verification_tokens.token is 'The hash that auth keeps, never the code';

set local role hedgerow_definer;

create function spike_land_private.me() returns text
language plpgsql stable security definer parallel safe set search_path = ''
as $$
begin
  return (select u.id from spike_land.users as u where u.auth_id = auth.uid());
end
$$;
comment on function spike_land_private.me() is 'The signed-in person''s id in Spike Land, or null. Policies ask (select …) once a statement';
grant execute on function spike_land_private.me() to anon, authenticated, service_role, hedgerow_admin;

create function spike_land_private.is_admin() returns boolean
language plpgsql stable security definer parallel safe set search_path = ''
as $$
begin
  return exists (select from spike_land.users as u where u.auth_id = auth.uid() and u.role in ('ADMIN', 'SUPER_ADMIN'));
end
$$;
comment on function spike_land_private.is_admin() is 'Whether the signed-in person is an admin. Read from the row: a token says nothing about it';
grant execute on function spike_land_private.is_admin() to anon, authenticated, service_role, hedgerow_admin;

create function spike_land_private.require_me() returns text
language plpgsql stable security definer set search_path = ''
as $$
declare
  caller constant text := spike_land_private.me();
begin
  if caller is null then
    raise sqlstate 'PT403' using
      message = 'this is for people who are signed in',
      hint = 'Send an access token of /auth/v1 as bearer.';
  end if;
  return caller;
end
$$;
comment on function spike_land_private.require_me() is 'The signed-in person''s id; 403 when nobody is';

create function spike_land_private.require_admin() returns text
language plpgsql stable security definer set search_path = ''
as $$
begin
  if not spike_land_private.is_admin() then
    raise sqlstate 'PT403' using message = 'this is for admins', hint = 'A super admin gives the role: rpc/set_user_role.';
  end if;
  return spike_land_private.me();
end
$$;
comment on function spike_land_private.require_admin() is 'The signed-in admin''s id; 403 for everybody else';

-- C-01: the profile comes and follows in the transaction that writes the account.
create function spike_land_private.sync_user() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  -- Accounts of single sign-on may share an address; the seed's key lets one profile have it.
  free_email constant text := (
    select nullif(new.email, '')
    where not exists (select from spike_land.users as u where u.email = new.email and u.auth_id <> new.id));
begin
  insert into spike_land.users as u (auth_id, name, email, email_verified, image)
  values (new.id,
    coalesce(new.raw_user_meta_data ->> 'full_name', new.raw_user_meta_data ->> 'name'), free_email, new.email_confirmed_at,
    coalesce(new.raw_user_meta_data ->> 'avatar_url', new.raw_user_meta_data ->> 'picture'))
  on conflict (auth_id) do update set email = excluded.email, email_verified = excluded.email_verified
  where (u.email, u.email_verified) is distinct from (excluded.email, excluded.email_verified);
  return null;
end
$$;
comment on function spike_land_private.sync_user() is 'Row trigger on auth.users: the profile, and a changed or confirmed address';

create function spike_land_private.sync_account() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  insert into spike_land.accounts as a (user_id, auth_identity_id, type, provider, provider_account_id)
  select u.id, new.id, case when new.provider in ('email', 'phone') then new.provider else 'oauth' end, new.provider, new.provider_id
  from spike_land.users as u where u.auth_id = new.user_id
  on conflict (auth_identity_id) do update set provider_account_id = excluded.provider_account_id
  where a.provider_account_id <> excluded.provider_account_id;
  return null;
end
$$;
comment on function spike_land_private.sync_account() is 'Row trigger on auth.identities: a way in appears among the accounts';

create function spike_land_private.sync_session() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  insert into spike_land.sessions as s (session_token, user_id, auth_session_id, expires)
  select encode(sha256(new.id::text::bytea), 'hex'), u.id, new.id,
    coalesce(new.not_after, coalesce(new.updated_at, new.created_at, now()) + interval '30 days')
  from spike_land.users as u where u.auth_id = new.user_id
  -- A refresh within the hour moves nothing: sessions are refreshed far more often than anybody looks.
  on conflict (auth_session_id) do update set expires = excluded.expires
  where s.expires < excluded.expires - interval '1 hour' or s.expires > excluded.expires;
  return null;
end
$$;
comment on function spike_land_private.sync_session() is 'Row trigger on auth.sessions: a sign-in appears among the sessions, its end follows';

create function spike_land_private.sync_verification_token() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  insert into spike_land.verification_tokens (identifier, token, expires, auth_token_id)
  values (new.relates_to, new.token_hash, new.created_at at time zone 'UTC' + interval '1 day', new.id)
  -- Two accounts may wait with the same hash (one-time codes are short): the first keeps the row.
  on conflict do nothing;
  return null;
end
$$;
comment on function spike_land_private.sync_verification_token() is 'Row trigger on auth.one_time_tokens: a code that was sent appears among the verification tokens';

create function spike_land_private.delete_expired_sessions(moment timestamptz default now()) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
  sessions integer;
  tokens integer;
begin
  delete from spike_land.sessions where expires <= moment;
  get diagnostics sessions = row_count;
  delete from spike_land.verification_tokens where expires <= moment;
  get diagnostics tokens = row_count;
  return sessions + tokens;
end
$$;
comment on function spike_land_private.delete_expired_sessions(timestamptz) is
  'Deletes sessions and verification tokens that have expired at the moment; returns how many.';
grant execute on function spike_land_private.delete_expired_sessions(timestamptz) to hedgerow_jobs, service_role;

create function spike_land.set_user_role(user_id text, role spike_land.user_role) returns spike_land.users
language plpgsql security definer set search_path = ''
as $$
declare
  changed spike_land.users;
begin
  if not exists (select from spike_land.users as u where u.auth_id = auth.uid() and u.role = 'SUPER_ADMIN') then
    raise sqlstate 'PT403' using message = 'only a super admin gives roles', hint = 'The service key makes the first one.';
  end if;
  if set_user_role.user_id = spike_land_private.me() then
    raise sqlstate 'PT403' using message = 'nobody changes their own role', hint = 'Ask another super admin.';
  end if;
  update spike_land.users as u set role = set_user_role.role where u.id = set_user_role.user_id returning u.* into changed;
  if changed.id is null then
    raise sqlstate 'PT404' using message = format('there is no user %s', set_user_role.user_id);
  end if;
  return changed;
end
$$;
comment on function spike_land.set_user_role(text, spike_land.user_role) is 'Gives somebody another role. For super admins, and never for oneself';
grant execute on function spike_land.set_user_role(text, spike_land.user_role) to authenticated;

set local role hedgerow_admin;

create trigger spike_land_user after insert or update of email, email_confirmed_at on auth.users
  for each row execute function spike_land_private.sync_user();
create trigger spike_land_account after insert or update of provider_id on auth.identities
  for each row execute function spike_land_private.sync_account();
create trigger spike_land_session after insert or update of updated_at, not_after on auth.sessions
  for each row execute function spike_land_private.sync_session();
create trigger spike_land_verification_token after insert on auth.one_time_tokens
  for each row execute function spike_land_private.sync_verification_token();

select hedgerow.register_upkeep('spike_land.delete-expired-sessions', 'spike_land_private.delete_expired_sessions', '1 hour');
