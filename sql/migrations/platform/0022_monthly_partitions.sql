-- Monthly partitions for the event tables (IC-25). Partitions live in the schema hedgerow, which no API serves and
-- where no client role holds a right: rows are reached through the parent, under the parent's policies, or not at all.
-- Nothing is lost when the maker of partitions is late or a row carries an odd date: a default partition takes it, and
-- the rows move over when their month is made.

create table hedgerow.monthly_tables (
  parent regclass primary key,
  keep interval not null default '90 days'
);
comment on table hedgerow.monthly_tables is 'Tables partitioned by month, and how long their rows are kept.';

create function hedgerow.partition_name(parent regclass, suffix text) returns text
language sql stable set search_path = ''
as $$
  select n.nspname || '_' || c.relname || '_' || suffix
  from pg_catalog.pg_class as c join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
  where c.oid = parent
$$;

-- DDL needs the tables' owner, so these functions belong to hedgerow_admin rather than to hedgerow_definer.
create function hedgerow.close_partition(partition text) returns void
language plpgsql set search_path = ''
as $$
begin
  execute format('alter table hedgerow.%I enable row level security, force row level security', partition);
  execute format('revoke all on hedgerow.%I from public, anon, authenticated, service_role', partition);
end
$$;
comment on function hedgerow.close_partition(text) is
  'Shuts a partition for everyone who does not come through its parent.';

create function hedgerow.partition_by_month(parent regclass, keep interval default '90 days') returns void
language plpgsql security definer set search_path = ''
as $$
declare
  fallback constant text := hedgerow.partition_name(parent, 'default');
begin
  insert into hedgerow.monthly_tables (parent, keep) values (partition_by_month.parent, partition_by_month.keep);
  execute format('create table hedgerow.%I partition of %s default', fallback, parent);
  perform hedgerow.close_partition(fallback);
  -- Forced RLS binds the owner too; it must see what it moves out of the default partition.
  execute format('create policy keeper on hedgerow.%I to hedgerow_admin using (true) with check (true)', fallback);
end
$$;
comment on function hedgerow.partition_by_month(regclass, interval) is
  'Registers a table partitioned by range of a timestamptz and gives it its default partition. Months come from make_partitions.';

create function hedgerow.make_partitions(moment timestamptz default now(), months_ahead integer default 3) returns setof text
language plpgsql security definer set search_path = '' set timezone = 'UTC' set lock_timeout = '5s' set row_security = on
as $$
declare
  monthly record;
  month timestamptz;
  following timestamptz;
  partition text;
  fallback text;
  bounded_by text;
  referred regclass;
begin
  perform pg_advisory_xact_lock(hashtextextended('hedgerow.make_partitions', 0));
  for monthly in select m.parent, m.keep from hedgerow.monthly_tables as m order by m.parent::text loop
    select a.attname into bounded_by
    from pg_catalog.pg_partitioned_table as p
    join pg_catalog.pg_attribute as a on a.attrelid = p.partrelid and a.attnum = p.partattrs[0]
    where p.partrelid = monthly.parent;
    fallback := hedgerow.partition_name(monthly.parent, 'default');
    month := date_trunc('month', moment - monthly.keep);
    while month <= date_trunc('month', moment) + months_ahead * interval '1 month' loop
      following := month + interval '1 month';
      partition := hedgerow.partition_name(monthly.parent, to_char(month, 'YYYY_MM'));
      if to_regclass(format('hedgerow.%I', partition)) is null then
        -- Attaching locks what the foreign keys refer to; taken first, as requests do, so as not to deadlock with them.
        for referred in
          select distinct k.confrelid::regclass from pg_catalog.pg_constraint as k
          where k.conrelid = monthly.parent and k.contype = 'f' order by 1
        loop
          execute format('lock table %s in share row exclusive mode', referred);
        end loop;
        -- Writers of the table wait here, at the parent: one that had been routed to the default partition already
        -- would fail there, as that no longer takes the month's rows once the month is attached.
        execute format('lock table %s in share row exclusive mode', monthly.parent);
        execute format('create table hedgerow.%I (like %s including defaults including constraints)', partition, monthly.parent);
        execute format('with strays as (delete from hedgerow.%I where %I >= %L and %I < %L returning *) '
          || 'insert into hedgerow.%I select * from strays', fallback, bounded_by, month, bounded_by, following, partition);
        execute format('alter table %s attach partition hedgerow.%I for values from (%L) to (%L)',
          monthly.parent, partition, month, following);
        perform hedgerow.close_partition(partition);
        return next partition;
      end if;
      month := following;
    end loop;
  end loop;
end
$$;
comment on function hedgerow.make_partitions(timestamptz, integer) is
  'Makes the missing monthly partitions (UTC) from the oldest month that is kept to months_ahead after the moment''s; '
  'moves stray rows out of the default partition; returns the names made. Safe to run again and by several at once.';

create function hedgerow.drop_old_partitions(moment timestamptz default now()) returns setof text
language plpgsql security definer set search_path = '' set timezone = 'UTC' set lock_timeout = '5s' set row_security = on
as $$
declare
  monthly record;
  partition record;
  bounded_by text;
begin
  perform pg_advisory_xact_lock(hashtextextended('hedgerow.make_partitions', 0));
  for monthly in select m.parent, m.keep from hedgerow.monthly_tables as m order by m.parent::text loop
    for partition in
      select c.relname as name
      from pg_catalog.pg_inherits as i join pg_catalog.pg_class as c on c.oid = i.inhrelid
      where i.inhparent = monthly.parent
        and substring(pg_get_expr(c.relpartbound, c.oid) from 'TO \(''([^'']+)''\)')::timestamptz <= moment - monthly.keep
      order by c.relname
    loop
      execute format('drop table hedgerow.%I', partition.name);
      return next partition.name;
    end loop;
    select a.attname into bounded_by
    from pg_catalog.pg_partitioned_table as p
    join pg_catalog.pg_attribute as a on a.attrelid = p.partrelid and a.attnum = p.partattrs[0]
    where p.partrelid = monthly.parent;
    execute format('delete from hedgerow.%I where %I < %L',
      hedgerow.partition_name(monthly.parent, 'default'), bounded_by, moment - monthly.keep);
  end loop;
end
$$;
comment on function hedgerow.drop_old_partitions(timestamptz) is
  'Drops the partitions whose every row is older than what the table keeps (90 days) at the moment; returns their names. Safe to run again.';

grant execute on function hedgerow.make_partitions(timestamptz, integer) to hedgerow_jobs, service_role;
grant execute on function hedgerow.drop_old_partitions(timestamptz) to hedgerow_jobs, service_role;
