-- What policies ask about an object's name and about what is being done with it, as in Supabase (supabase/storage, migrations/tenant).

create function storage.get_level(name text) returns integer
language sql immutable strict parallel safe set search_path = '' as $$
  select cardinality(string_to_array(name, '/'))
$$;
comment on function storage.get_level(text) is 'How deep a name lies: 1 for a.txt, 3 for x/y/a.txt';

create function storage.get_prefix(name text) returns text
language sql immutable strict parallel safe set search_path = '' as $$
  -- A slash at the end names a folder, and belongs to its name.
  select regexp_replace(regexp_replace(name, '/$', ''), '/?[^/]*$', '')
$$;
comment on function storage.get_prefix(text) is 'The folder that a name lies in, without a slash at its end: x/y for x/y/a.txt, nothing for a.txt';

create function storage.get_prefixes(name text) returns text[]
language sql immutable strict parallel safe set search_path = '' as $$
  select coalesce(array_agg(array_to_string(p.parts[1:n], '/') order by n), '{}')
  from (select string_to_array(name, '/') as parts) as p, generate_series(1, cardinality(p.parts) - 1) as n
$$;
comment on function storage.get_prefixes(text) is 'Every folder above a name, the outermost first: {x,x/y} for x/y/a.txt';

create function storage.allow_any_operation(expected_operations text[]) returns boolean
language sql stable parallel safe set search_path = '' as $$
  select coalesce(regexp_replace(nullif(storage.operation(), ''), '^storage\.', '') = any (
    select regexp_replace(e.operation, '^storage\.', '') from unnest(expected_operations) as e (operation) where e.operation <> ''), false)
$$;
comment on function storage.allow_any_operation(text[]) is
  'For policies: whether the storage API is doing one of these, such as object.list, with or without storage. in front';

create function storage.allow_only_operation(expected_operation text) returns boolean
language sql stable parallel safe set search_path = '' as $$
  select storage.allow_any_operation(array[expected_operation])
$$;
comment on function storage.allow_only_operation(text) is 'For policies: whether the storage API is doing just this, such as object.get_authenticated';

grant execute on function
  storage.get_level(text), storage.get_prefix(text), storage.get_prefixes(text), storage.allow_any_operation(text[]), storage.allow_only_operation(text)
  to public;
