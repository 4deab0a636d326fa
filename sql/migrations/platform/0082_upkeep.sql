-- What has to happen again and again (retention, roll-ups, expiry) is a function that takes the moment as its one required parameter.
-- Registered by name, it can be run by `hedgerow jobs run NAME` and by a scheduler.

create table hedgerow.upkeep (
  name text primary key check (name ~ '^[a-z0-9_]+([.-][a-z0-9_]+)*$'),
  -- As text: a regprocedure column would keep pg_upgrade from upgrading the cluster.
  function text not null,
  every interval not null check (every > interval '0'),
  about text
);
comment on table hedgerow.upkeep is 'Functions of upkeep: what `hedgerow jobs run` runs, and how often a scheduler should';

create function hedgerow.register_upkeep(name text, function regproc, every interval default '1 day') returns void
language plpgsql set search_path = ''
as $$
begin
  if not exists (
    select from pg_catalog.pg_proc as p
    where p.oid = register_upkeep.function and p.pronargs - p.pronargdefaults <= 1 and p.pronargs >= 1
      and p.proargtypes[0] = 'timestamptz'::regtype) then
    raise '% does not take the moment (timestamptz) first, and nothing else that is required', register_upkeep.function;
  end if;
  insert into hedgerow.upkeep as u (name, function, every, about)
  values (register_upkeep.name, register_upkeep.function::text, register_upkeep.every, obj_description(register_upkeep.function, 'pg_proc'))
  on conflict on constraint upkeep_pkey do update
  set function = excluded.function, every = excluded.every, about = excluded.about;
end
$$;
comment on function hedgerow.register_upkeep(text, regproc, interval) is
  'Names a function of upkeep. Comment the function first: its comment is what `jobs run` shows.';

create function hedgerow.upkeep_function(name text) returns text
language plpgsql stable security definer set search_path = ''
as $$
declare
  called constant text := (select u.function from hedgerow.upkeep as u where u.name = upkeep_function.name);
begin
  if called is null then
    raise sqlstate 'PT404' using
      message = format('no upkeep is called "%s"', upkeep_function.name),
      hint = (select 'There is ' || string_agg(u.name, ', ' order by u.name) || '.' from hedgerow.upkeep as u);
  end if;
  return called;
end
$$;
comment on function hedgerow.upkeep_function(text) is 'What is registered under a name; 404 with the names there are when nothing is';

-- SECURITY INVOKER: whoever calls it needs the right to call what is registered, too.
create function hedgerow.run_upkeep(name text, moment timestamptz default now()) returns text
language plpgsql set search_path = ''
as $$
declare
  result text;
begin
  execute format('select string_agg(r::text, '', '') from %s($1) as r', hedgerow.upkeep_function(run_upkeep.name)) into result using moment;
  return result;
end
$$;
comment on function hedgerow.run_upkeep(text, timestamptz) is 'Runs a registered function for the moment; returns what it answered, as text';

alter function hedgerow.upkeep_function(text) owner to hedgerow_definer;
grant execute on function hedgerow.upkeep_function(text), hedgerow.run_upkeep(text, timestamptz) to hedgerow_jobs, service_role;

select hedgerow.register_upkeep('platform.make-partitions', 'hedgerow.make_partitions');
select hedgerow.register_upkeep('platform.drop-old-partitions', 'hedgerow.drop_old_partitions');
select hedgerow.register_upkeep('platform.delete-old-rate-limits', 'hedgerow.delete_old_rate_limits');
