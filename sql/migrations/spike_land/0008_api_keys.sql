-- API keys, and the generations that they or their people ask for (SL-16).

create table spike_land.api_keys (
  id text primary key default hedgerow.cuid(),
  user_id text not null default spike_land_private.me() references spike_land.users (id) on delete cascade,
  name text not null check (name ~ '\S'),
  key_hash text not null unique,
  key_prefix text not null,
  last_used_at timestamptz,
  is_active boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (user_id, id)
);
create index api_keys_user_idx on spike_land.api_keys (user_id, is_active);
comment on table spike_land.api_keys is 'Keys for programs, sent as the header apikey in their person''s name. Made by rpc/create_api_key, which shows them once.';
comment on column spike_land.api_keys.key_hash is 'SHA-256, in hexadecimal digits, of a key of 192 random bits';
comment on column spike_land.api_keys.key_prefix is 'How the key begins, so that its owner knows which it is';
comment on column spike_land.api_keys.is_active is 'A revoked key never works again: make another one';
comment on column spike_land.api_keys.last_used_at is 'Noted at most once a minute';

create table spike_land.mcp_generation_jobs (
  id text primary key default hedgerow.cuid(),
  user_id text not null default spike_land_private.me() references spike_land.users (id) on delete cascade,
  api_key_id text references spike_land.api_keys (id) on delete set null,
  type spike_land.mcp_job_type not null default 'GENERATE',
  tier spike_land.enhancement_tier not null default 'TIER_1K',
  tokens_cost integer not null check (tokens_cost >= 0),
  status spike_land.job_status not null default 'PENDING',
  prompt text not null check (prompt ~ '\S' and char_length(prompt) <= 10000),
  input_image_url text,
  input_image_r2_key text,
  output_image_url text,
  output_image_r2_key text,
  output_width integer check (output_width > 0),
  output_height integer check (output_height > 0),
  output_size_bytes integer check (output_size_bytes > 0),
  error_message text,
  gemini_model text,
  processing_started_at timestamptz,
  processing_completed_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  -- A key pays from its own person's balance.
  foreign key (user_id, api_key_id) references spike_land.api_keys (user_id, id) on delete set null (api_key_id),
  constraint mcp_generation_jobs_modify_needs_image check (type <> 'MODIFY' or input_image_url is not null or input_image_r2_key is not null),
  constraint mcp_generation_jobs_result_when_completed check (status <> 'COMPLETED' or output_image_url is not null)
);
create index mcp_generation_jobs_user_idx on spike_land.mcp_generation_jobs (user_id, status, created_at desc);
create index mcp_generation_jobs_api_key_idx on spike_land.mcp_generation_jobs (api_key_id);
create index mcp_generation_jobs_status_idx on spike_land.mcp_generation_jobs (status, updated_at);
comment on table spike_land.mcp_generation_jobs is
  'Pictures made or modified from a prompt. Inserted by their person, with a key or without; costs the tier''s tokens, refunded unless completed.';
comment on column spike_land.mcp_generation_jobs.api_key_id is 'The key that the request came with. Set by the database';
comment on column spike_land.mcp_generation_jobs.tokens_cost is 'Taken when the job begins. Set by the database';

create trigger mcp_generation_jobs_lifecycle before update of status on spike_land.mcp_generation_jobs
  for each row execute function hedgerow.keep_lifecycle('generation job',
    'PENDING>PROCESSING', 'PROCESSING>COMPLETED', 'PROCESSING>FAILED', 'PENDING>FAILED', 'PENDING>CANCELLED', 'PROCESSING>CANCELLED', 'COMPLETED>REFUNDED');

set local role hedgerow_definer;

create function spike_land.create_api_key(name text, out id text, out key text, out key_prefix text)
language plpgsql security definer set search_path = ''
as $$
declare
  caller constant text := spike_land_private.require_me();
begin
  -- Serialises the count below.
  perform from spike_land.users as u where u.id = caller for no key update;
  if (select count(*) from spike_land.api_keys as k where k.user_id = caller and k.is_active) >= 20 then
    raise sqlstate 'PT409' using message = 'you have 20 active keys, which is all you may', hint = 'Revoke one that you do not use (rpc/revoke_api_key).';
  end if;
  key := hedgerow.new_api_key('sl_');
  key_prefix := left(key, 8);
  insert into spike_land.api_keys as k (user_id, name, key_hash, key_prefix)
  values (caller, create_api_key.name, hedgerow.api_key_digest(key), create_api_key.key_prefix)
  returning k.id into id;
end
$$;
comment on function spike_land.create_api_key(text) is
  'Makes a key for your programs and shows it, this once

They send it as the header apikey: requests then run as you. Only its hash is kept: a key that is lost is revoked and replaced.';

create function spike_land.revoke_api_key(key_id text) returns spike_land.api_keys
language plpgsql security definer set search_path = ''
as $$
declare
  revoked spike_land.api_keys;
begin
  update spike_land.api_keys as k set is_active = false where k.id = key_id and k.user_id = spike_land_private.require_me() returning k.* into revoked;
  if revoked.id is null then
    raise sqlstate 'PT404' using message = format('you have no key %s', key_id);
  end if;
  return revoked;
end
$$;
comment on function spike_land.revoke_api_key(text) is 'Your key stops working, for good';
grant execute on function spike_land.create_api_key(text), spike_land.revoke_api_key(text) to authenticated;

create function spike_land_private.keep_revoked() returns trigger
language plpgsql set search_path = ''
as $$
begin
  raise sqlstate 'PT409' using message = format('key %s was revoked', old.id), hint = 'Make a new one: rpc/create_api_key.';
end
$$;
comment on function spike_land_private.keep_revoked() is 'Row trigger: a revoked key stays so';

create function spike_land_private.user_of_key(key text) returns uuid
language plpgsql security definer set search_path = ''
as $$
declare
  known spike_land.api_keys;
begin
  select * into known from spike_land.api_keys as k where k.key_hash = hedgerow.api_key_digest(key) and k.is_active;
  if known.id is null then
    return null;
  end if;
  if coalesce(known.last_used_at, '-infinity') <= now() - interval '1 minute' then
    -- Somebody else notes the same use at this moment: nobody has to wait for that.
    update spike_land.api_keys as k set last_used_at = now()
    where k.id = (select l.id from spike_land.api_keys as l where l.id = known.id for no key update skip locked);
  end if;
  return (select u.auth_id from spike_land.users as u where u.id = known.user_id);
end
$$;
comment on function spike_land_private.user_of_key(text) is 'The account behind an active key, else null; notes its use, at most once a minute';

create function spike_land_private.begin_generation() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  new.tokens_cost := spike_land_private.price_of(new.tier);
  -- Which key asked is the request's to say, not the client's.
  if current_setting('request.headers', true) <> '' and auth.role() is distinct from 'service_role' then
    new.api_key_id := (
      select k.id from spike_land.api_keys as k
      where k.key_hash = hedgerow.api_key_digest(hedgerow.request_header('apikey')) and k.user_id = new.user_id and k.is_active);
  end if;
  return new;
end
$$;
comment on function spike_land_private.begin_generation() is 'Row trigger: a job costs what its tier says, and bears the key that the request came with';

create function spike_land_private.charge_generation() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform spike_land_private.spend_tokens(new.user_id, new.tokens_cost, 'SPEND_MCP_GENERATION', 'mcp_generation', new.id);
  return null;
end
$$;
comment on function spike_land_private.charge_generation() is 'Row trigger: takes the job''s tokens';

create function spike_land_private.time_generation() returns trigger
language plpgsql set search_path = ''
as $$
begin
  new.tokens_cost := old.tokens_cost;
  if new.status <> old.status then
    if new.status = 'PROCESSING' then
      new.processing_started_at := clock_timestamp();
    else
      new.processing_completed_at := clock_timestamp();
    end if;
  end if;
  return new;
end
$$;
comment on function spike_land_private.time_generation() is 'Row trigger: notes when a job began and ended; its cost stays';

create function spike_land_private.end_generation() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if new.status = 'COMPLETED' then
    perform spike_land_private.complete_referral(new.user_id);
  else
    perform spike_land_private.refund_tokens(new.user_id, new.tokens_cost, 'mcp_generation', new.id);
  end if;
  return null;
end
$$;
comment on function spike_land_private.end_generation() is 'Row trigger: a completed job completes a referral; any other end gives the tokens back';

set local role hedgerow_admin;

create trigger api_keys_keep_revoked before update of is_active on spike_land.api_keys
  for each row when (not old.is_active and new.is_active) execute function spike_land_private.keep_revoked();
create trigger mcp_generation_jobs_begin before insert on spike_land.mcp_generation_jobs
  for each row execute function spike_land_private.begin_generation();
create trigger mcp_generation_jobs_charge after insert on spike_land.mcp_generation_jobs
  for each row execute function spike_land_private.charge_generation();
-- Named to run after the lifecycle: triggers of one event run in the order of their names.
create trigger mcp_generation_jobs_time before update on spike_land.mcp_generation_jobs
  for each row execute function spike_land_private.time_generation();
create trigger mcp_generation_jobs_settle after update of status on spike_land.mcp_generation_jobs
  for each row when (new.status <> old.status and new.status in ('COMPLETED', 'FAILED', 'CANCELLED', 'REFUNDED'))
  execute function spike_land_private.end_generation();
create trigger mcp_generation_jobs_queue_removal after delete on spike_land.mcp_generation_jobs
  for each row execute function spike_land_private.queue_removal('input_image_r2_key', 'output_image_r2_key');

select hedgerow.register_api_keys('sl_', 'spike_land_private.user_of_key');
