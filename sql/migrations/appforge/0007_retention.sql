-- How long rows are kept (AF-22): they move to appforge_archive, which no API serves, and from there they go.

create schema appforge_archive;
comment on schema appforge_archive is 'AppForge''s rows that are past their time: metrics until 1 year, activity 3, webhooks 90 days, audit trail 7 years. Never exposed';
grant usage on schema appforge_archive to hedgerow_definer, service_role;

do $$
declare
  kept text;
begin
  foreach kept in array '{app_metrics,activity_logs,webhook_logs,audit_trails}'::text[] loop
    execute format('create table appforge_archive.%I (like appforge.%1$I including comments, archived_at timestamptz not null default now(), primary key (id))', kept);
    execute format('create index on appforge_archive.%I (timestamp)', kept);
    execute format('alter table appforge_archive.%I enable row level security, force row level security', kept);
    execute format('grant select on appforge_archive.%I to service_role', kept);
  end loop;
end $$;

create table appforge_private.retention (
  table_name text primary key,
  keep interval not null,
  archive interval not null check (archive >= keep)
);
comment on table appforge_private.retention is 'How old rows become before they are archived, and before they go. Errors are kept';
alter table appforge_private.retention enable row level security, force row level security;
set local role hedgerow_definer;
insert into appforge_private.retention (table_name, keep, archive) values
  ('app_metrics', '90 days', '1 year'), ('activity_logs', '1 year', '3 years'),
  ('webhook_logs', '30 days', '90 days'), ('audit_trails', '3 years', '7 years');
set local role hedgerow_admin;

create function appforge_private.retain(moment timestamptz default now()) returns text
language plpgsql security definer set search_path = ''
as $$
declare
  rule appforge_private.retention;
  columns text;
  moved bigint;
  gone bigint;
  said text := '';
begin
  -- One at a time; a second one finds nothing left to do.
  perform pg_advisory_xact_lock(hashtextextended('appforge.retention', 0));
  -- What is archived is no longer there to be rolled up.
  perform appforge_private.roll_up(moment);
  for rule in select * from appforge_private.retention as r order by r.table_name loop
    select string_agg(quote_ident(a.attname), ', ' order by a.attnum) into columns
    from pg_catalog.pg_attribute as a
    where a.attrelid = format('appforge_archive.%I', rule.table_name)::regclass and a.attnum > 0 and not a.attisdropped and a.attname <> 'archived_at';
    execute format('with old as (delete from appforge.%1$I where timestamp < $1 returning %2$s) '
      || 'insert into appforge_archive.%1$I (%2$s, archived_at) select %2$s, $2 from old on conflict (id) do nothing', rule.table_name, columns)
      using moment - rule.keep, moment;
    get diagnostics moved = row_count;
    execute format('delete from appforge_archive.%I where timestamp < $1', rule.table_name) using moment - rule.archive;
    get diagnostics gone = row_count;
    said := said || format('%s: %s archived, %s gone; ', rule.table_name, moved, gone);
  end loop;
  delete from appforge.app_metrics_hourly as h where h.hour < moment - interval '1 year';
  return rtrim(said, '; ');
end
$$;
comment on function appforge_private.retain(timestamptz) is
  'Moves rows that are past their time into appforge_archive, and deletes what is past its time there. Safe to run twice and by several at once';
alter function appforge_private.retain(timestamptz) owner to hedgerow_definer;
grant execute on function appforge_private.retain(timestamptz) to hedgerow_jobs, service_role;
select hedgerow.register_upkeep('appforge.retention', 'appforge_private.retain');
