-- Plays the access matrix of one schema (see sql/README.md, The access matrix). Temporary functions of one transaction that rolls back;
-- the temporary tables personas and samples have been filled by _personas.sql.

-- A sample with the maker filled in: "$self" is the maker's user id (null for nobody), $email the address, $uuid a fresh id.
create function pg_temp.filled(sample jsonb, claims jsonb) returns jsonb language sql volatile as $$
  select replace(replace(replace(replace(sample::text,
    '"$self"', coalesce(to_jsonb(claims ->> 'sub')::text, 'null')),
    '$self', coalesce(claims ->> 'sub', '')),
    '$email', coalesce(claims ->> 'email', '')),
    '$uuid', gen_random_uuid()::text)::jsonb
$$;

-- The columns that identify a row of the table: its primary key, else where it lies.
create function pg_temp.key_of(tab regclass) returns text[] language sql stable as $$
  select coalesce(
    (select array_agg(a.attname::text) from pg_index i join pg_attribute a on a.attrelid = tab and a.attnum = any (i.indkey)
     where i.indrelid = tab and i.indisprimary),
    '{ctid}')
$$;

-- Where the sample's row stands already: the condition on the columns of a unique key that the sample names in full.
create function pg_temp.existing(tab regclass, data jsonb) returns text language plpgsql as $$
declare
  place text;
  found_rows int;
begin
  for place in
    select string_agg(format('%I = %L', coalesce(a.attname, ''), data ->> a.attname), ' and ') -- no name: an expression, left out below
    from pg_index i
    join unnest(i.indkey) with ordinality as k (attnum, n) on n <= i.indnkeyatts
    left join pg_attribute a on a.attrelid = tab and a.attnum = k.attnum
    where i.indrelid = tab and i.indisunique and i.indpred is null
    group by i.indexrelid
    having bool_and(data ->> a.attname is not null)
  loop
    execute format('select count(*) from %s where %s', tab, place) into found_rows;
    if found_rows = 1 then return place; end if;
  end loop;
  return null;
end $$;

-- Makes the row in its maker's name and says where it stands. The login bypasses row-level security; triggers that look at the caller
-- see the maker, then the service role, and at last are left out. A row that is there already is taken as it is.
create function pg_temp.make(tab regclass, data jsonb, claims jsonb, existing_only boolean, out place text, out problem text)
language plpgsql as $$
declare
  columns text := (select string_agg(quote_ident(k), ', ') from jsonb_object_keys(data) as k);
  key text[] := pg_temp.key_of(tab);
begin
  place := pg_temp.existing(tab, data);
  if place is not null then return; end if;
  if existing_only then
    problem := 'there is none, and its kind is not made (existing_only)';
    return;
  end if;
  for attempt in 1 .. 3 loop
    begin
      perform set_config('request.jwt.claims', case attempt when 2 then '{"role": "service_role"}' else claims::text end, true);
      if attempt = 2 then perform set_config('role', 'service_role', true); end if;
      if attempt = 3 then perform set_config('session_replication_role', 'replica', true); end if;
      execute format('insert into %s (%s) select %2$s from jsonb_populate_record(null::%1$s, $1) returning %3$s',
        tab, columns, (select string_agg(format('format(''%%I = %%L'', %L, %I::text)', k, k), ' || '' and '' || ') from unnest(key) as k))
        into place using data;
      if place is null then raise 'a trigger of the table keeps the row out'; end if;
      perform set_config('role', 'none', true);
      if attempt = 3 then perform set_config('session_replication_role', 'origin', true); end if;
      problem := null;
      return;
    exception when others then
      problem := coalesce(problem, format('%s %s', sqlstate, sqlerrm));
    end;
  end loop;
end $$;

-- Does one thing as one persona, undoes it, and says whether it worked and why not.
create function pg_temp.attempt(
  tab regclass, letter "char", place text, data jsonb, keep text[], p personas, out allowed boolean, out why text
) language plpgsql as $$
declare
  columns text[];
  hits bigint := 0;
  candidate name;
begin
  allowed := false;
  if letter = 'I' then
    -- What the role may not set is left out, as a client would leave it; a column that says whose the row is stays.
    columns := array(select k from jsonb_object_keys(data) as k where k = any (keep) or has_column_privilege(p.role, tab, k, 'INSERT'));
  elsif letter = 'U' then
    columns := array(
      select a.attname from pg_attribute a
      where a.attrelid = tab and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' and a.attidentity <> 'a'
        and has_column_privilege(p.role, tab, a.attnum, 'UPDATE')
      order by has_column_privilege(p.role, tab, a.attnum, 'SELECT') desc, a.attname = any (pg_temp.key_of(tab)), a.attnum);
    if columns = '{}' then
      why := 'no column may be updated';
      return;
    end if;
  end if;

  foreach candidate in array case letter when 'U' then columns else '{-}' end loop
    begin
      perform set_config('request.jwt.claims', p.claims::text, true), set_config('request.headers', p.headers::text, true), set_config('role', p.role, true);
      case letter
        when 'S' then execute format('select from %s where %s', tab, place);
        when 'U' then execute format('update %s set %I = %2$I where %s', tab, candidate, place);
        when 'D' then execute format('delete from %s where %s', tab, place);
        when 'I' then
          if columns = '{}' then
            execute format('insert into %s default values', tab);
          else
            execute format('insert into %s (%s) select %2$s from jsonb_populate_record(null::%1$s, $1)',
              tab, (select string_agg(quote_ident(k), ', ') from unnest(columns) as k)) using data;
          end if;
      end case;
      get diagnostics hits = row_count;
      set constraints all immediate; -- what is deferred to the commit has its say too
      raise sqlstate 'HGUND';
    exception
      when sqlstate 'HGUND' then
        allowed := hits > 0;
        why := case when not allowed then 'no row: a policy hides it, or a trigger kept it' end;
        return;
      when foreign_key_violation then
        allowed := letter = 'D'; -- policies let it pass; a row below it holds it
        why := coalesce(why, format('%s %s', sqlstate, sqlerrm));
      when unique_violation then
        allowed := letter = 'I'; -- policies let it pass; the persona has such a row
        why := coalesce(why, format('%s %s', sqlstate, sqlerrm));
      when others then
        why := coalesce(why, format('%s %s', sqlstate, sqlerrm));
    end;
    exit when allowed;
  end loop;
end $$;

-- Every letter of one row, as one persona. Returns letter → {allowed, why}.
create function pg_temp.attempts(tab regclass, letters text, place text, problem text, template jsonb, maker jsonb, own boolean, p personas)
returns jsonb language plpgsql as $$
declare
  answer jsonb := '{}';
  got record;
  keep text[] := case when own then '{}' else array(select k from jsonb_each_text(template) as e (k, v) where v like '%$self%') end;
begin
  for got in
    select l.letter, a.* from regexp_split_to_table(letters, '') as l (letter),
      lateral pg_temp.attempt(tab, l.letter::"char", place, pg_temp.filled(template, maker), keep, p) as a
    where place is not null or l.letter = 'I'
  loop
    answer := answer || jsonb_build_object(got.letter, jsonb_build_object('allowed', got.allowed, 'why', got.why));
  end loop;
  if place is null then
    answer := (select jsonb_object_agg(letter, jsonb_build_object('allowed', false, 'why', problem)) from regexp_split_to_table(letters, '') as letter) || answer;
  end if;
  return answer;
end $$;

-- The whole of one table: reach is O for others' rows, o for own ones only, - for none. A row whose persona is null says why the table cannot be played.
create function pg_temp.play(tab regclass, who text[]) returns table (persona text, letter text, reach text, why text) language plpgsql as $$
declare
  sample samples;
  p personas;
  other personas;
  made record;
  answers jsonb := '{}'; -- persona → letter → {allowed, why}
  answer jsonb;
  missing text;
begin
  select * into sample from samples s where s.table_name = (select relname from pg_class where oid = tab);
  select * into other from personas where name = 'other';
  if sample.table_name is null then
    why := 'samples (_personas.sql) has no row for it';
    return next;
    return;
  end if;
  sample.new_row := coalesce(sample.new_row, sample.row);
  missing := (
    select string_agg(distinct k, ', ') from (select jsonb_object_keys(sample.row) union select jsonb_object_keys(sample.new_row)) as s (k)
    where not exists (select from pg_attribute a where a.attrelid = tab and a.attname = k and a.attnum > 0 and not a.attisdropped));
  if missing is not null then
    why := format('its sample names columns that the table does not have: %s', missing);
    return next;
    return;
  end if;

  -- Rows made by another member.
  begin
    made := pg_temp.make(tab, pg_temp.filled(sample.row, other.claims), other.claims, sample.existing_only);
    for p in select * from personas where name = any (who) loop
      answers := answers || jsonb_build_object(
        p.name, pg_temp.attempts(tab, 'SIUD', made.place, made.problem, sample.new_row, other.claims, false, p));
    end loop;
    raise sqlstate 'HGUND';
  exception when sqlstate 'HGUND' then null;
  end;
  if made.place is null then
    why := format('its sample row cannot be made: %s', made.problem);
    return next;
    return;
  end if;

  for p in select * from personas where name = any (who) loop
    answer := answers -> p.name;
    -- Rows of the persona's own, for the letters that others' rows refuse.
    declare
      refused text := (select string_agg(k, '') from jsonb_each(answer) as e (k, v)
        where not (v ->> 'allowed')::boolean and case k when 'I' then sample.new_row else sample.row end ::text like '%$self%');
      own jsonb := '{}';
    begin
      if refused is not null then
        made := pg_temp.make(tab, pg_temp.filled(sample.row, p.claims), p.claims, sample.existing_only);
        own := pg_temp.attempts(tab, refused, made.place, 'no row of its own: ' || made.problem, sample.new_row, p.claims, true, p);
        raise sqlstate 'HGUND';
      end if;
      raise sqlstate 'HGUND';
    exception when sqlstate 'HGUND' then
      return query
        select p.name, k,
          case when (v ->> 'allowed')::boolean then 'O' when (own -> k ->> 'allowed')::boolean then 'o' else '-' end,
          coalesce(v ->> 'why', '') || coalesce('; own row: ' || (own -> k ->> 'why'), '')
        from jsonb_each(answer) as e (k, v);
    end;
  end loop;
end $$;
