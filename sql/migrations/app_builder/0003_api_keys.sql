-- API keys (AB-05): shown once, stored as SHA-256, sent as `apikey` in their person's name.

create table app_builder.api_keys (
  id text primary key default hedgerow.cuid(),
  user_id text not null default app_builder_private.me() references app_builder.users (id) on delete cascade,
  name text not null check (name ~ '\S' and char_length(name) <= 100),
  key_prefix text not null,
  key_hash text not null unique,
  created_at timestamptz not null default now(),
  last_used_at timestamptz,
  expires_at timestamptz,
  revoked_at timestamptz
);
create index api_keys_user_id_idx on app_builder.api_keys (user_id, created_at desc);
comment on table app_builder.api_keys is
  'A person''s API keys

Made by `rpc/create_api_key`, which shows the key once; revoked by `rpc/revoke_api_key`. A key is sent as the header `apikey`.';
comment on column app_builder.api_keys.name is 'What it is for';
comment on column app_builder.api_keys.key_prefix is 'How the key begins, to tell keys apart';
comment on column app_builder.api_keys.key_hash is 'SHA-256 of the key. Nobody reads it';
comment on column app_builder.api_keys.last_used_at is 'Moves with use, at most once a minute';
comment on column app_builder.api_keys.expires_at is 'After this moment it opens nothing. Null: never';
comment on column app_builder.api_keys.revoked_at is 'Since when it opens nothing';

alter table app_builder.api_keys enable row level security, force row level security;

create function app_builder.create_api_key(name text, expires_at timestamptz default null, out id text, out key text)
language plpgsql security definer set search_path = ''
as $$
begin
  if app_builder_private.me() is null then
    raise sqlstate 'PT401' using message = 'an API key is somebody''s', hint = 'Sign in first.';
  end if;
  if create_api_key.expires_at <= now() then
    raise sqlstate 'PT400' using message = 'expires_at has passed', hint = 'Name a moment to come, or none.';
  end if;
  key := hedgerow.new_api_key('ab_');
  insert into app_builder.api_keys as k (user_id, name, key_prefix, key_hash, expires_at)
  values (app_builder_private.me(), create_api_key.name, left(key, 8), hedgerow.api_key_digest(key), create_api_key.expires_at)
  returning k.id into id;
end
$$;
comment on function app_builder.create_api_key(text, timestamptz) is
  'Makes an API key and shows it, this once

Send it as the header `apikey`: requests then run as you.';

create function app_builder.revoke_api_key(id text) returns app_builder.api_keys
language plpgsql security definer set search_path = ''
as $$
declare
  revoked app_builder.api_keys;
begin
  update app_builder.api_keys as k set revoked_at = coalesce(k.revoked_at, now())
  where k.id = revoke_api_key.id and k.user_id = app_builder_private.me()
  returning * into revoked;
  if revoked.id is null then
    raise sqlstate 'PT404' using message = format('you have no API key %s', revoke_api_key.id), hint = 'api_keys lists yours.';
  end if;
  revoked.key_hash := null;
  return revoked;
end
$$;
comment on function app_builder.revoke_api_key(text) is 'Ends an API key for good, at once';

create function app_builder_private.user_of_key(key text) returns uuid
language plpgsql security definer set search_path = ''
as $$
declare
  known app_builder.api_keys;
begin
  select * into known from app_builder.api_keys as k
  where k.key_hash = hedgerow.api_key_digest(key) and k.revoked_at is null and (k.expires_at is null or k.expires_at > now());
  if known.id is null then
    return null;
  end if;
  if coalesce(known.last_used_at, '-infinity') <= now() - interval '1 minute' then
    -- Somebody else notes the same use at this moment: nobody has to wait for that.
    update app_builder.api_keys as k set last_used_at = now()
    where k.id = (select l.id from app_builder.api_keys as l where l.id = known.id for no key update skip locked);
  end if;
  return (select u.auth_id from app_builder.users as u where u.id = known.user_id);
end
$$;
comment on function app_builder_private.user_of_key(text) is 'The account behind a key that is neither revoked nor expired, else null; notes its use, at most once a minute';

alter function app_builder.create_api_key(text, timestamptz) owner to hedgerow_definer;
alter function app_builder.revoke_api_key(text) owner to hedgerow_definer;
alter function app_builder_private.user_of_key(text) owner to hedgerow_definer;
grant execute on function app_builder.create_api_key(text, timestamptz), app_builder.revoke_api_key(text) to authenticated;
select hedgerow.register_api_keys('ab_', 'app_builder_private.user_of_key');
