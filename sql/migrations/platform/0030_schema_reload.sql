-- The schema cache follows DDL by itself: each statement that changes what the API shows notifies the gateways, which
-- reload once per burst. Source: PostgREST documentation, Schema Cache, "Automatic Schema Cache Reloading".
-- Only a superuser may make event triggers. Where the login is none, `notify pgrst, 'reload schema'` stays the way.

create function hedgerow.notify_ddl() returns event_trigger
language plpgsql set search_path = '' as $$
begin
  -- Temporary objects are nobody else's business, and sessions make them all the time.
  if exists (
    select from pg_event_trigger_ddl_commands() as c
    where c.schema_name is distinct from 'pg_temp'
      and c.command_tag in (
        'CREATE SCHEMA', 'ALTER SCHEMA', 'COMMENT',
        'CREATE TABLE', 'CREATE TABLE AS', 'SELECT INTO', 'ALTER TABLE',
        'CREATE FOREIGN TABLE', 'ALTER FOREIGN TABLE',
        'CREATE VIEW', 'ALTER VIEW', 'CREATE MATERIALIZED VIEW', 'ALTER MATERIALIZED VIEW', 'CREATE RULE',
        'CREATE FUNCTION', 'ALTER FUNCTION', 'CREATE AGGREGATE', 'ALTER AGGREGATE', 'CREATE PROCEDURE', 'ALTER PROCEDURE',
        'CREATE TRIGGER', 'CREATE CAST', 'CREATE TYPE', 'ALTER TYPE', 'CREATE DOMAIN', 'ALTER DOMAIN')
  ) then
    notify pgrst, 'reload schema';
  end if;
end $$;

create function hedgerow.notify_drop() returns event_trigger
language plpgsql set search_path = '' as $$
begin
  if exists (
    select from pg_event_trigger_dropped_objects() as d
    where not d.is_temporary
      and d.object_type in (
        'schema', 'table', 'foreign table', 'view', 'materialized view', 'function', 'aggregate', 'procedure',
        'trigger', 'type', 'domain constraint', 'table constraint', 'table column', 'rule', 'cast')
  ) then
    notify pgrst, 'reload schema';
  end if;
end $$;

comment on function hedgerow.notify_ddl() is 'Event trigger: tells the gateways that the schema changed';
comment on function hedgerow.notify_drop() is 'Event trigger: tells the gateways that something of the schema is gone';

reset role;

do $$
begin
  if (select rolsuper from pg_roles where rolname = session_user) then
    create event trigger hedgerow_ddl on ddl_command_end execute function hedgerow.notify_ddl();
    create event trigger hedgerow_drop on sql_drop execute function hedgerow.notify_drop();
  end if;
end $$;
