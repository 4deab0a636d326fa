-- The platform's helpers: encryption of columns, and what the current request says about itself.

create table hedgerow.encryption_keys (
  id int generated always as identity primary key,
  public_key bytea not null,
  created_at timestamptz not null default now()
);

comment on table hedgerow.encryption_keys is
  'Public OpenPGP keys, inserted by provisioning. The newest encrypts; the private halves never enter the database''s storage';

-- Public-key encryption, so that whoever writes needs no secret: only service_role, whose request brings the private key, reads.
create function hedgerow.encrypt(clear text) returns text
language plpgsql volatile strict security definer set search_path = '' as $$
declare
  key bytea := (select k.public_key from hedgerow.encryption_keys k order by k.id desc limit 1);
begin
  if key is null then
    raise sqlstate '55000' using
      message = 'no encryption key is installed',
      hint = 'Run `hedgerow migrate`: it installs the public key of this project.';
  end if;
  return extensions.armor(extensions.pgp_pub_encrypt(clear, key));
end $$;

comment on function hedgerow.encrypt(text) is
  'The text as an ASCII-armored OpenPGP message for the newest public key (pgcrypto). Null stays null';

create function hedgerow.decrypt(cipher text) returns text
language plpgsql stable strict security definer set search_path = '' as $$
declare
  key text := nullif(current_setting('hedgerow.decryption_key', true), '');
begin
  if key is null then
    raise sqlstate '42501' using
      message = 'this request carries no decryption key',
      hint = 'Encrypted columns are read by rpc with the service key only.';
  end if;
  return extensions.pgp_pub_decrypt(extensions.dearmor(cipher), decode(key, 'base64'));
end $$;

comment on function hedgerow.decrypt(text) is
  'The clear text of hedgerow.encrypt(). Needs the private key (base64) in the transaction-local setting hedgerow.decryption_key';

alter function hedgerow.encrypt(text) owner to hedgerow_definer;
alter function hedgerow.decrypt(text) owner to hedgerow_definer;
grant execute on function hedgerow.encrypt(text), hedgerow.decrypt(text) to service_role;

-- create trigger … before insert or update … execute function hedgerow.encrypt_columns('access_token', …)
-- What a client writes is always taken as clear text, a cipher text copied from another row too: otherwise a value that is
-- never shown could be moved to where it is. Left alone is only what is this row's own already.
create function hedgerow.encrypt_columns() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  stored jsonb;
  written jsonb := to_jsonb(new);
  changed jsonb := '{}';
  cipher text;
  name text;
begin
  if tg_op = 'UPDATE' then
    stored := to_jsonb(old);
  else
    -- A row that was read and is upserted as it was.
    execute format('select to_jsonb(t) from %I.%I t where t.id = $1.id', tg_table_schema, tg_table_name) into stored using new;
  end if;
  foreach name in array tg_argv loop
    if written ->> name is null or written ->> name is not distinct from stored ->> name then
      continue;
    end if;
    -- insert … on conflict do update: the trigger of the insert has encrypted what the trigger of the update now sees.
    if tg_op = 'UPDATE'
       and md5(written ->> name) = any (string_to_array(current_setting('hedgerow.encrypted_by_insert', true), ' ')) then
      continue;
    end if;
    cipher := hedgerow.encrypt(written ->> name);
    changed := changed || jsonb_build_object(name, cipher);
  end loop;
  if tg_op = 'INSERT' then
    perform set_config('hedgerow.encrypted_by_insert',
      (select coalesce(string_agg(md5(c.value), ' '), '') from jsonb_each_text(changed) as c), true);
  end if;
  return case when changed = '{}' then new else jsonb_populate_record(new, changed) end;
end $$;

comment on function hedgerow.encrypt_columns() is
  'Row trigger: stores the columns named as its arguments encrypted whenever a statement writes them';

alter function hedgerow.encrypt_columns() owner to hedgerow_definer;

-- create trigger keep_columns before update … when (old.id is distinct from new.id …) execute function hedgerow.refuse_change('id')
-- A client's upsert names the key columns as well, so it needs the privilege to write them; this holds them where they are.
-- SECURITY INVOKER: the platform's own functions run as another user and may.
create function hedgerow.refuse_change() returns trigger
language plpgsql set search_path = '' as $$
begin
  if current_user in ('anon', 'authenticated') then
    raise sqlstate 'PT403' using
      message = format('%s of %s cannot be changed', array_to_string(tg_argv, ', '), tg_table_name),
      hint = 'Leave it out, or send the value that the row has.';
  end if;
  return new;
end $$;

comment on function hedgerow.refuse_change() is 'Row trigger: a client may not change the columns named in its WHEN clause and arguments';

-- The request, as the gateway announces it in transaction-local settings (PostgREST's names). All are null outside of a request.
create function hedgerow.request_header(name text) returns text
language sql stable parallel safe set search_path = '' as $$
  select nullif(current_setting('request.headers', true), '')::json ->> lower(name)
$$;

comment on function hedgerow.request_header(text) is 'A header of the current request by its name, or null';

create function hedgerow.request_agent() returns text
language sql stable parallel safe set search_path = '' as $$
  select left(hedgerow.request_header('user-agent'), 1024)
$$;

comment on function hedgerow.request_agent() is 'The User-Agent of the current request, at most 1,024 characters';

create function hedgerow.request_address() returns inet
language plpgsql stable parallel safe set search_path = '' as $$
begin
  return trim(split_part(hedgerow.request_header('x-forwarded-for'), ',', 1))::inet;
exception when invalid_text_representation then
  return null; -- a header is whatever a client sent; it must not fail the statement that only wants to log it
end $$;

comment on function hedgerow.request_address() is
  'The client''s address: the first of X-Forwarded-For, which the gateway writes. Null when there is none';

grant execute on function
  hedgerow.request_header(text), hedgerow.request_agent(), hedgerow.request_address()
  to anon, authenticated, service_role, hedgerow_auth, hedgerow_storage, hedgerow_realtime, hedgerow_jobs, hedgerow_definer;
