-- Which tables' changes are told. `alter publication hedgerow_realtime add table …` and `… drop table …` change it at any moment.
--
-- Every API table is published once, when it is first seen; what a DBA takes out afterwards stays out. At that moment the table gets
-- REPLICA IDENTITY FULL: an UPDATE or DELETE then logs the whole old row, without which its policies could not be asked whether a subscriber
-- could see it, and TOASTed values that did not change would be missing. The price is WAL: each UPDATE and DELETE logs the old row as well.
-- `alter table … replica identity default` takes it back for one table, which then tells its DELETEs only to roles that bypass RLS.

create publication hedgerow_realtime with (publish = 'insert, update, delete', publish_via_partition_root = true);

-- SQL written for Supabase adds its tables here; what is in either is published.
create publication supabase_realtime with (publish = 'insert, update, delete', publish_via_partition_root = true);

-- The platform's own: messages sent from SQL.
create publication hedgerow_messages for table realtime.messages with (publish = 'insert', publish_via_partition_root = true);

create table realtime.known_tables (
  relation oid primary key,
  known_since timestamptz not null default now()
);
comment on table realtime.known_tables is 'Tables and partitions that were published, or offered to be, so that a second look leaves them alone';
alter table realtime.known_tables enable row level security;
alter table realtime.known_tables force row level security;

create function realtime.is_known(relation oid) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (select from realtime.known_tables k where k.relation = is_known.relation)
$$;
create function realtime.note_table(relation oid) returns void
language sql security definer set search_path = '' as $$
  insert into realtime.known_tables (relation) values (note_table.relation) on conflict do nothing
$$;
alter function realtime.is_known(oid) owner to hedgerow_definer;
alter function realtime.note_table(oid) owner to hedgerow_definer;
grant execute on function realtime.is_known(oid), realtime.note_table(oid) to public;

-- Runs as whoever makes the table, who may own it but not the publication, or the other way round: then it is left out with a notice.
create function realtime.publish_new_tables() returns setof text
language plpgsql set search_path = '' as $$
declare
  fresh record;
begin
  for fresh in
    select c.oid, c.oid::regclass as name
    from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and not c.relispartition and c.relpersistence = 'p'
      and n.nspname not in ('auth', 'storage', 'realtime', 'hedgerow', 'extensions', 'information_schema') and n.nspname !~ '^pg_'
      and (has_schema_privilege('anon', n.oid, 'usage') or has_schema_privilege('authenticated', n.oid, 'usage'))
      and not exists (select from pg_catalog.pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
      and not realtime.is_known(c.oid)
    order by n.nspname, c.relname
  loop
    begin
      execute format('alter publication hedgerow_realtime add table only %s', fresh.name);
      return next fresh.name::text;
    exception
      when duplicate_object then null;
      when insufficient_privilege then
        raise notice 'realtime: % is not published: %', fresh.name, sqlerrm;
        continue;
    end;
  end loop;

  -- What is published by now, and the partitions below it, which are logged under their own identity.
  for fresh in
    select distinct t.relid as oid, t.relid as name, c.relreplident
    from pg_catalog.pg_publication p
    join pg_catalog.pg_publication_rel r on r.prpubid = p.oid
    cross join lateral (select r.prrelid as relid union select tree.relid from pg_catalog.pg_partition_tree(r.prrelid) tree) t
    join pg_catalog.pg_class c on c.oid = t.relid
    where p.pubname in ('hedgerow_realtime', 'supabase_realtime')
      and not realtime.is_known(t.relid)
  loop
    begin
      -- One that was set to an index, or to nothing, was set so on purpose.
      if fresh.relreplident = 'd' then
        execute format('alter table only %s replica identity full', fresh.name::regclass);
      end if;
      perform realtime.note_table(fresh.oid);
    exception when insufficient_privilege or lock_not_available then
      raise notice 'realtime: % keeps its replica identity: %', fresh.name::regclass, sqlerrm;
    end;
  end loop;
end $$;

comment on function realtime.publish_new_tables() is
  'Publishes the API tables that were not seen before, and makes published tables log whole old rows; returns the names added';

-- The realtime room calls it when it starts: not every login could make the event trigger below.
create function realtime.follow_tables() returns setof text
language sql security definer set search_path = '' set lock_timeout = '2s' as $$
  select * from realtime.publish_new_tables()
$$;
grant execute on function realtime.publish_new_tables() to public;
grant execute on function realtime.follow_tables() to hedgerow_realtime;

create function realtime.follow_ddl() returns event_trigger
language plpgsql set search_path = '' as $$
begin
  if exists (select from pg_event_trigger_ddl_commands() c where c.schema_name is distinct from 'pg_temp') then
    perform realtime.publish_new_tables();
  end if;
exception when others then
  -- Nobody's CREATE TABLE fails because its changes could not be published.
  raise notice 'realtime: new tables were not published: %', sqlerrm;
end $$;

select realtime.publish_new_tables();

reset role;

do $$
begin
  if (select rolsuper from pg_roles where rolname = session_user) then
    create event trigger hedgerow_realtime_tables on ddl_command_end
      when tag in ('CREATE TABLE', 'CREATE TABLE AS', 'SELECT INTO', 'ALTER TABLE', 'ALTER PUBLICATION')
      execute function realtime.follow_ddl();
  end if;
end $$;
