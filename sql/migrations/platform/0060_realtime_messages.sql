-- Broadcast from SQL and the policies of private channels. Columns and functions are Supabase's
-- (supabase/realtime, lib/realtime/tenants/repo/migrations), so that triggers and policies written for it run as they are.

create table realtime.messages (
  topic text not null,
  extension text not null,
  payload jsonb,
  event text,
  private boolean default false,
  updated_at timestamp not null default (now() at time zone 'utc'),
  inserted_at timestamp not null default (now() at time zone 'utc'),
  id uuid not null default gen_random_uuid(),
  binary_payload bytea,
  primary key (id, inserted_at)
) partition by range (inserted_at);

comment on table realtime.messages is
  'Messages sent from SQL, kept three days. RLS on it decides about private channels: select is to receive, insert is to send, realtime.topic() is the channel';
comment on column realtime.messages.extension is 'broadcast or presence';

create index messages_replay on realtime.messages (topic, inserted_at desc) where extension = 'broadcast' and private;

alter table realtime.messages enable row level security;
alter table realtime.messages force row level security;

-- As in Supabase: the grants are wide, the policies decide.
grant select, insert on realtime.messages to anon, authenticated, service_role;

-- A day a partition. The default one takes what comes while nobody has made the day, so that a trigger never fails for it.
create table realtime.messages_default partition of realtime.messages default;
alter table realtime.messages_default enable row level security;
alter table realtime.messages_default force row level security;

create function realtime.make_message_partitions(moment timestamptz default now(), days_ahead integer default 3) returns setof text
language plpgsql security definer set search_path = '' set lock_timeout = '5s' as $$
declare
  today constant date := (moment at time zone 'utc')::date;
  day date;
  partition text;
begin
  perform pg_advisory_xact_lock(hashtextextended('realtime.make_message_partitions', 0));
  for day in select today + n from generate_series(0, days_ahead) as n loop
    partition := 'messages_' || to_char(day, 'YYYY_MM_DD');
    continue when to_regclass(format('realtime.%I', partition)) is not null;
    -- Rows of that day stand in the default partition already: they stay there.
    continue when realtime.default_holds(day);
    execute format('create table realtime.%I partition of realtime.messages for values from (%L) to (%L)', partition, day, day + 1);
    execute format('alter table realtime.%I enable row level security, force row level security', partition);
    return next partition;
  end loop;
end $$;

comment on function realtime.make_message_partitions(timestamptz, integer) is
  'Makes the missing daily partitions of realtime.messages (UTC) from the moment''s day on; returns the names made. Safe to run again and by several at once';

-- Forced RLS binds the tables' owner: looking into the default partition is the definer's.
create function realtime.default_holds(day date) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (select from realtime.messages_default m where m.inserted_at >= day and m.inserted_at < day + 1)
$$;
grant select, delete on realtime.messages_default to hedgerow_definer;
alter function realtime.default_holds(date) owner to hedgerow_definer;
grant execute on function realtime.default_holds(date) to hedgerow_admin;

create function realtime.delete_default_before(limit_day date) returns void
language sql security definer set search_path = '' as $$
  delete from realtime.messages_default m where m.inserted_at < limit_day
$$;
alter function realtime.delete_default_before(date) owner to hedgerow_definer;
grant execute on function realtime.delete_default_before(date) to hedgerow_admin;

create function realtime.drop_old_messages(moment timestamptz default now(), keep interval default '72 hours') returns setof text
language plpgsql security definer set search_path = '' set lock_timeout = '5s' as $$
declare
  limit_day constant date := ((moment - keep) at time zone 'utc')::date;
  partition text;
begin
  perform pg_advisory_xact_lock(hashtextextended('realtime.make_message_partitions', 0));
  for partition in
    select c.relname
    from pg_catalog.pg_inherits i join pg_catalog.pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'realtime.messages'::regclass and c.relname ~ '^messages_\d{4}_\d{2}_\d{2}$'
      and to_date(right(c.relname, 10), 'YYYY_MM_DD') < limit_day
    order by c.relname
  loop
    execute format('drop table realtime.%I', partition);
    return next partition;
  end loop;
  perform realtime.delete_default_before(limit_day);
end $$;

comment on function realtime.drop_old_messages(timestamptz, interval) is
  'Drops the days whose every message is older than `keep` at the moment; returns their names. Safe to run again';

grant execute on function realtime.make_message_partitions(timestamptz, integer), realtime.drop_old_messages(timestamptz, interval)
  to hedgerow_realtime, hedgerow_jobs, service_role;

select realtime.make_message_partitions();

create function realtime.topic() returns text
language sql stable set search_path = '' as $$
  select nullif(current_setting('realtime.topic', true), '')
$$;

comment on function realtime.topic() is 'The channel that is being joined or sent to, without the prefix realtime:';

-- Sending must never break what sends: a failure is a warning.
create function realtime.send(payload jsonb, event text, topic text, private boolean default true) returns void
language plpgsql set search_path = '' as $$
declare
  message_id constant uuid := gen_random_uuid();
begin
  perform set_config('realtime.topic', topic, true);
  insert into realtime.messages (id, payload, event, topic, private, extension)
  values (message_id,
          case when jsonb_typeof(payload) = 'object' and not payload ? 'id' then payload || jsonb_build_object('id', message_id) else payload end,
          event, topic, private, 'broadcast');
exception when others then
  raise warning 'WarnSendingBroadcastMessage: %', sqlerrm;
end $$;

comment on function realtime.send(jsonb, text, text, boolean) is
  'Broadcasts to whoever is in the channel when the transaction commits. private: to those whom the policies on realtime.messages let in';

create function realtime.send_binary(payload bytea, event text, topic text, private boolean default true) returns void
language plpgsql set search_path = '' as $$
begin
  perform set_config('realtime.topic', topic, true);
  insert into realtime.messages (binary_payload, event, topic, private, extension)
  values (payload, event, topic, private, 'broadcast');
exception when others then
  raise warning 'WarnSendingBroadcastMessage: %', sqlerrm;
end $$;

comment on function realtime.send_binary(bytea, text, text, boolean) is 'As realtime.send, with bytes';

create function realtime.broadcast_changes(
  topic_name text, event_name text, operation text, table_name text, table_schema text, new record, old record, level text default 'ROW') returns void
language plpgsql set search_path = '' as $$
begin
  if level = 'STATEMENT' then
    raise exception 'function can only be triggered for each row, not for each statement';
  end if;
  if operation not in ('INSERT', 'UPDATE', 'DELETE') then
    raise exception 'Unexpected operation type: %', operation;
  end if;
  perform realtime.send(
    jsonb_build_object('old_record', old, 'record', new, 'operation', operation, 'table', table_name, 'schema', table_schema),
    event_name, topic_name);
end $$;

comment on function realtime.broadcast_changes(text, text, text, text, text, record, record, text) is
  'For row triggers: broadcasts the change to a private channel as {operation, schema, table, record, old_record}';

grant execute on function realtime.topic(), realtime.send(jsonb, text, text, boolean), realtime.send_binary(bytea, text, text, boolean),
  realtime.broadcast_changes(text, text, text, text, text, record, record, text) to public;
