-- PostgreSQL 18 refuses UPDATE and DELETE on a published table that logs whole old rows unless its generated columns are published too; and virtual
-- ones it cannot publish at all: their tables keep their key as identity, and tell DELETEs to those roles alone whose policies the key decides.

create or replace function realtime.publish_new_tables() returns setof text
language plpgsql set search_path = '' as $$
declare
  fresh record;
  publication text;
begin
  -- Also after an upgrade of the server: asked each time, since it costs a look at three rows.
  if current_setting('server_version_num')::int >= 180000 then
    for publication in execute
      'select pubname from pg_catalog.pg_publication where pubname in (''hedgerow_realtime'', ''supabase_realtime'') and pubgencols <> ''s'''
    loop
      begin
        execute format('alter publication %I set (publish_generated_columns = stored)', publication);
      exception when insufficient_privilege then
        raise notice 'realtime: % does not publish generated columns: %', publication, sqlerrm;
      end;
    end loop;
  end if;

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
    select distinct t.relid as oid, t.relid as name, c.relreplident, realtime.is_known(t.relid) as known,
      exists (select from pg_catalog.pg_attribute a where a.attrelid = t.relid and a.attgenerated = 'v' and not a.attisdropped) as virtual
    from pg_catalog.pg_publication p
    join pg_catalog.pg_publication_rel r on r.prpubid = p.oid
    cross join lateral (select r.prrelid as relid union select tree.relid from pg_catalog.pg_partition_tree(r.prrelid) tree) t
    join pg_catalog.pg_class c on c.oid = t.relid
    where p.pubname in ('hedgerow_realtime', 'supabase_realtime')
  loop
    begin
      if fresh.virtual and fresh.relreplident = 'f' then
        execute format('alter table only %s replica identity default', fresh.name::regclass);
      elsif not fresh.virtual and not fresh.known and fresh.relreplident = 'd' then
        -- One that was set to an index, or to nothing, was set so on purpose.
        execute format('alter table only %s replica identity full', fresh.name::regclass);
      end if;
      if not fresh.known then perform realtime.note_table(fresh.oid); end if;
    exception when insufficient_privilege or lock_not_available then
      raise notice 'realtime: % keeps its replica identity: %', fresh.name::regclass, sqlerrm;
    end;
  end loop;
end $$;

select realtime.publish_new_tables();
