-- Keys that an application gives out to be sent as `apikey`. Each application keeps its own, hashed; here is only which prefix is whose.

create table hedgerow.api_key_kinds (
  prefix text primary key check (prefix ~ '^[a-z][a-z0-9]*_$'),
  function text not null
);
comment on table hedgerow.api_key_kinds is
  'Prefixes of API keys, and the function (text) → uuid of the application that says whose account a key is and notes its use';

create function hedgerow.register_api_keys(prefix text, function regproc) returns void
language sql set search_path = ''
as $$
  insert into hedgerow.api_key_kinds (prefix, function) values (register_api_keys.prefix, register_api_keys.function::text)
$$;
comment on function hedgerow.register_api_keys(text, regproc) is 'Makes keys that begin with the prefix usable as apikey';

create function hedgerow.api_key_digest(key text) returns text
language sql immutable strict parallel safe set search_path = ''
as $$
  select encode(sha256(convert_to(key, 'UTF8')), 'hex')
$$;
comment on function hedgerow.api_key_digest(text) is
  'What is stored of an API key. A key holds 190 random bits, so that one SHA-256 is as good as a slow hash: nobody guesses the key behind it';

create function hedgerow.new_api_key(prefix text) returns text
language sql volatile parallel safe set search_path = ''
as $$
  select prefix || hedgerow.new_share_token()
$$;
comment on function hedgerow.new_api_key(text) is 'A new key: the prefix and 192 random bits';

create function hedgerow.user_of_api_key(key text) returns uuid
language plpgsql security definer set search_path = ''
as $$
declare
  asked text;
  account uuid;
begin
  select k.function into asked from hedgerow.api_key_kinds as k where k.prefix = substring(key from '^[a-z][a-z0-9]*_');
  if asked is null then
    return null;
  end if;
  execute format('select %s($1)', asked) into account using key;
  return (select u.id from auth.users as u
          where u.id = account and u.deleted_at is null and (u.banned_until is null or u.banned_until <= now()));
end
$$;
comment on function hedgerow.user_of_api_key(text) is 'The account behind a valid key, null for any other. For the gateway';

alter function hedgerow.api_key_digest(text) owner to hedgerow_definer;
alter function hedgerow.new_api_key(text) owner to hedgerow_definer;
alter function hedgerow.user_of_api_key(text) owner to hedgerow_definer;
grant execute on function hedgerow.user_of_api_key(text) to authenticator;
grant usage on schema hedgerow to authenticator;
grant usage on schema auth to hedgerow_definer;
