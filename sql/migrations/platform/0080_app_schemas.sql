-- What every application beside iCreateTechs begins with: two schemas of its own, keys made in the database, timestamps.

create function hedgerow.make_app_schema(app text, about text) returns void
language plpgsql set search_path = ''
as $$
declare
  inner_schema constant text := app || '_private';
begin
  execute format('create schema %I', app);
  execute format('create schema %I', inner_schema);
  execute format('comment on schema %I is %L', app, about);
  execute format('comment on schema %I is %L', inner_schema,
    format('What the policies and triggers of %s call, and what no client may touch. Never exposed', app));
  execute format('grant usage on schema %I, %I to anon, authenticated, service_role, hedgerow_jobs', app, inner_schema);
  -- The owner of SECURITY DEFINER functions needs CREATE where they live.
  execute format('grant usage, create on schema %I, %I to hedgerow_definer', app, inner_schema);
  execute format('alter default privileges for role hedgerow_admin in schema %I '
    || 'grant select, insert, update, delete, truncate on tables to service_role', app);
  execute format('alter default privileges for role hedgerow_admin in schema %I grant usage, select on sequences to service_role', app);
  execute format('alter default privileges for role hedgerow_admin in schema %I grant execute on functions to service_role', app);
end
$$;
comment on function hedgerow.make_app_schema(text, text) is
  'Makes the schema of an application, served with its profile, and beside it <app>_private, which no API serves. Called by the application''s first script.';

-- The trigger of every table with updated_at. (iCreateTechs has its own under the name that its seed gives it.)
create function hedgerow.touch_updated_at() returns trigger
language plpgsql set search_path = ''
as $$
begin
  new.updated_at := now();
  return new;
end
$$;
comment on function hedgerow.touch_updated_at() is 'Row trigger, before update: whatever the statement says, updated_at is now';

-- Prisma's `@default(cuid())`: "c", the milliseconds since 1970 in base 36, and 16 random digits (82 bits), so that ids sort by age,
-- roughly, and cannot be guessed. Source: https://github.com/paralleldrive/cuid (25 characters, ^c[a-z0-9]{24}$).
create function hedgerow.cuid() returns text
language plpgsql volatile parallel safe set search_path = ''
as $$
declare
  digits constant text := '0123456789abcdefghijklmnopqrstuvwxyz';
  milliseconds bigint := floor(extract(epoch from clock_timestamp()) * 1000);
  chance constant bytea := extensions.gen_random_bytes(16);
  made text := '';
begin
  for i in 1 .. 8 loop
    made := substr(digits, (milliseconds % 36)::int + 1, 1) || made;
    milliseconds := milliseconds / 36;
  end loop;
  for i in 0 .. 15 loop
    made := made || substr(digits, get_byte(chance, i) % 36 + 1, 1);
  end loop;
  return 'c' || made;
end
$$;
comment on function hedgerow.cuid() is 'A new collision-resistant id of 25 characters, for keys that a seed declares as cuid()';

-- As in 0020, and also for status columns of an enum type, and for one that is not called "status": then its name stands
-- between the noun and the moves.
create or replace function hedgerow.keep_lifecycle() returns trigger
language plpgsql set search_path = ''
as $$
declare
  noun constant text := tg_argv[0];
  named constant boolean := tg_argv[1] not like '%>%';
  was text;
  becomes text;
  reachable text;
begin
  if named then
    execute format('select ($1).%1$I::text, ($2).%1$I::text', tg_argv[1]) into was, becomes using old, new;
  else
    was := old.status::text;
    becomes := new.status::text;
  end if;
  if becomes is not distinct from was then
    return new;
  end if;
  if coalesce(was || '>' || becomes = any (tg_argv), false) then
    return new;
  end if;
  select string_agg('"' || split_part(move, '>', 2) || '"', ', ' order by ordinal) into reachable
  from unnest(tg_argv[1:]) with ordinality as moves (move, ordinal)
  where split_part(move, '>', 1) = was and move like '%>%';
  raise sqlstate 'PT409' using
    message = format('%s %s cannot move from "%s" to "%s"', noun, old.id, was, coalesce(becomes, 'null')),
    hint = case when reachable is null then format('"%s" is final.', was)
      else format('From "%s" it can move to %s.', was, reachable) end;
end
$$;
comment on function hedgerow.keep_lifecycle() is
  'Trigger, before update of status: refuses (409) a move that its arguments, "from>to" after the noun, do not name. '
  'A column of another name is named between the noun and the moves.';

-- Rows that are written once: nobody changes them, not even the service key. Who may delete them (retention) is a matter of grants.
create function hedgerow.refuse_update() returns trigger
language plpgsql set search_path = ''
as $$
begin
  raise sqlstate 'PT405' using
    message = format('%s is append-only: its rows are never changed', tg_table_name),
    hint = 'Write another row.';
end
$$;
comment on function hedgerow.refuse_update() is 'Trigger, before update: refuses (405) for everybody';

-- Owned by the definer, whose functions write tables that use them as defaults.
alter function hedgerow.cuid() owner to hedgerow_definer;
grant execute on function hedgerow.cuid() to anon, authenticated, service_role, hedgerow_jobs, hedgerow_admin, hedgerow_auth;
