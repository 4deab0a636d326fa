-- Schemas, extensions and the default privileges of whatever migrations make later.
-- Runs as the login of `--db`, because handing over schemas and databases needs its rights.

reset role;

do $$
begin
  execute format('grant create, connect, temporary on database %I to hedgerow_admin', current_database());
end $$;

create schema if not exists extensions;
create schema if not exists hedgerow;
create schema if not exists auth;
create schema if not exists storage;
create schema if not exists realtime;

alter schema extensions owner to hedgerow_admin;
alter schema hedgerow owner to hedgerow_admin;
alter schema auth owner to hedgerow_admin;
alter schema storage owner to hedgerow_admin;
alter schema realtime owner to hedgerow_admin;
alter schema public owner to hedgerow_admin;

comment on schema extensions is 'PostgreSQL extensions, kept out of the API schemas';
comment on schema hedgerow is 'The platform''s own: journal, policy files, encryption keys, helpers. Never exposed';
comment on schema auth is 'Users, sessions and tokens. Reached only through /auth/v1';
comment on schema storage is 'Buckets and objects. Reached through /storage/v1';
comment on schema realtime is 'Channels and messages. Reached through /realtime/v1';

set local role hedgerow_admin;

-- All of them are trusted extensions: a role that may create in the database may install them.
create extension if not exists pgcrypto with schema extensions;
create extension if not exists "uuid-ossp" with schema extensions;
create extension if not exists pg_trgm with schema extensions;
create extension if not exists citext with schema extensions;
create extension if not exists btree_gin with schema extensions;

revoke all on schema public from public;

grant usage on schema extensions to anon, authenticated, service_role, hedgerow_definer, hedgerow_auth, hedgerow_storage, hedgerow_realtime, hedgerow_jobs;
grant usage on schema hedgerow to anon, authenticated, service_role, hedgerow_auth, hedgerow_storage, hedgerow_realtime, hedgerow_jobs;
grant usage on schema auth to anon, authenticated, service_role, hedgerow_auth, hedgerow_storage, hedgerow_realtime;
grant usage on schema storage to anon, authenticated, service_role, hedgerow_storage;
grant usage on schema realtime to anon, authenticated, service_role, hedgerow_realtime;
grant usage on schema public to anon, authenticated, service_role;

-- The owner of SECURITY DEFINER functions needs CREATE where they live: ownership cannot be handed over otherwise.
grant usage, create on schema hedgerow, auth, storage, realtime, public to hedgerow_definer;

-- PostgreSQL lets everybody execute a new function. Here nobody may until a script grants it.
alter default privileges for role hedgerow_admin revoke execute on functions from public;
alter default privileges for role hedgerow_definer revoke execute on functions from public;

-- Tables are open to the service key and to the definer's functions (both still one narrow grant away from the owner's rights);
-- to anon and authenticated only what a table's policy file grants.
alter default privileges for role hedgerow_admin grant select, insert, update, delete on tables to hedgerow_definer;
alter default privileges for role hedgerow_admin grant usage, select on sequences to hedgerow_definer;
alter default privileges for role hedgerow_admin in schema public grant select, insert, update, delete, truncate on tables to service_role;
alter default privileges for role hedgerow_admin in schema public grant usage, select on sequences to service_role;
alter default privileges for role hedgerow_admin in schema public grant execute on functions to service_role;
