-- Listing objects as folders, with Supabase's functions (supabase/storage, migrations/tenant). An object's name is a path; a folder
-- is what several names have in common up to the delimiter. The functions walk an index from entry to entry: a folder costs one
-- step however many objects are in it, so a page costs the same at the beginning and at the end of a million objects.
--
-- They run under the caller's policies. RLS lets an index be used only by leakproof operators: comparisons of text are, lower()
-- is not. Hence the stored column for listing without regard to case.

alter table storage.objects add column name_lower text generated always as (lower(name)) stored;
comment on column storage.objects.name_lower is 'What storage.search() compares and sorts by';

drop index storage.idx_objects_bucket_id_name_lower;
create index idx_objects_bucket_id_name_lower on storage.objects (bucket_id, name_lower collate "C", name collate "C");

create function hedgerow.end_of_prefix(prefix text) returns text
language plpgsql immutable parallel safe set search_path = '' as $$
declare
  last int;
begin
  -- U+10FFFF has no successor, U+D800 to U+DFFF are no characters.
  prefix := rtrim(prefix, chr(1114111));
  if prefix = '' then
    return repeat(chr(1114111), 260); -- more than any name: those have at most 1,024 bytes
  end if;
  last := ascii(right(prefix, 1));
  return left(prefix, -1) || chr(case last when 55295 then 57344 else last + 1 end);
end $$;
comment on function hedgerow.end_of_prefix(text) is 'The first text, in byte order, after all that begin with the prefix';

create function storage.get_common_prefix(p_key text, p_prefix text, p_delimiter text) returns text
language sql immutable parallel safe as $$ -- no SET clause: so it is inlined
  select case when strpos(substr(p_key, length(p_prefix) + 1), p_delimiter) > 0
    then left(p_key, length(p_prefix) + strpos(substr(p_key, length(p_prefix) + 1), p_delimiter) + length(p_delimiter) - 1) end
$$;
comment on function storage.get_common_prefix(text, text, text) is 'The folder below p_prefix that p_key is in, with the delimiter; null where it is in none';

create function storage.list_objects_with_delimiter(
  _bucket_id text, prefix_param text, delimiter_param text, max_keys integer default 100, start_after text default '', next_token text default '',
  sort_order text default 'asc')
returns table (name text, id uuid, metadata jsonb, updated_at timestamptz, created_at timestamptz, last_accessed_at timestamptz)
language plpgsql stable set search_path = '' as $$
#variable_conflict use_column
declare
  prefix constant text := coalesce(prefix_param, '');
  delimiter constant text := coalesce(nullif(delimiter_param, ''), '/');
  after constant text := coalesce(nullif(next_token, ''), nullif(start_after, ''));
  is_folder constant boolean := storage.get_common_prefix(after, prefix, delimiter) = after and starts_with(after, prefix);
  lowest text := prefix;
  highest text := hedgerow.end_of_prefix(prefix);
  -- What a folder's names are below: the delimiter's successor in place of the delimiter.
  behind_delimiter constant text := hedgerow.end_of_prefix(delimiter);
begin
  if lower(sort_order) = 'desc' then
    highest := least(highest collate "C", after);
    return query
      with recursive walk (id, name, folder, seek) as (
        select null::uuid, null::text, null::text, highest
        union all
        select o.id, o.name, f.folder, coalesce(f.folder, o.name)
        from walk
        cross join lateral (
          select o.id, o.name from storage.objects as o
          where o.bucket_id = _bucket_id and o.name collate "C" < walk.seek and o.name collate "C" >= lowest
          order by o.name collate "C" desc limit 1) as o
        cross join lateral (select storage.get_common_prefix(o.name, prefix, delimiter) as folder) as f
      )
      select coalesce(w.folder, w.name), o.id, o.metadata, o.updated_at, o.created_at, o.last_accessed_at
      from (select * from walk where walk.name is not null limit max_keys) as w
      left join storage.objects as o on w.folder is null and o.id = w.id
      order by w.name collate "C" desc;
    return;
  end if;

  if after is not null then
    -- No text stands between a name and that name followed by U+0001.
    lowest := greatest(lowest collate "C", case when is_folder then hedgerow.end_of_prefix(after) else after || chr(1) end);
  end if;

  -- Where objects come first, most likely only objects follow: then one look at the index is a page.
  if (
    select storage.get_common_prefix(o.name, prefix, delimiter) is null from storage.objects as o
    where o.bucket_id = _bucket_id and o.name collate "C" >= lowest and o.name collate "C" < highest
    order by o.name collate "C" limit 1
  ) then
    return query
      with page as materialized (
        select o.name, o.id, o.metadata, o.updated_at, o.created_at, o.last_accessed_at from storage.objects as o
        where o.bucket_id = _bucket_id and o.name collate "C" >= lowest and o.name collate "C" < highest
        order by o.name collate "C" limit max_keys
      )
      select p.* from page as p
      where not exists (select from page as f where storage.get_common_prefix(f.name, prefix, delimiter) is not null);
    if found then
      return;
    end if;
  end if;

  return query
    with recursive walk (id, name, folder, seek) as (
      select null::uuid, null::text, null::text, lowest
      union all
      select o.id, o.name, f.folder,
        case when f.folder is null then o.name || chr(1) else left(f.folder, -length(delimiter)) || behind_delimiter end
      from walk
      cross join lateral (
        select o.id, o.name from storage.objects as o
        where o.bucket_id = _bucket_id and o.name collate "C" >= walk.seek and o.name collate "C" < highest
        order by o.name collate "C" limit 1) as o
      cross join lateral (select storage.get_common_prefix(o.name, prefix, delimiter) as folder) as f
    )
    select coalesce(w.folder, w.name), o.id, o.metadata, o.updated_at, o.created_at, o.last_accessed_at
    from (select * from walk where walk.name is not null limit max_keys) as w
    left join storage.objects as o on w.folder is null and o.id = w.id
    order by w.name collate "C";
end $$;
comment on function storage.list_objects_with_delimiter(text, text, text, integer, text, text, text) is
  'A page of what is directly below a prefix: folders (with the delimiter at their end, id null) and objects, by name in byte order';

create function storage.search_v2(
  prefix text, bucket_name text, limits integer default 100, levels integer default 1, start_after text default '',
  sort_order text default 'asc', sort_column text default 'name', sort_column_after text default '')
returns table (
  key text, name text, id uuid, updated_at timestamptz, created_at timestamptz, last_accessed_at timestamptz, metadata jsonb)
language plpgsql stable set search_path = '' as $$
#variable_conflict use_column
declare
  below constant text := coalesce(search_v2.prefix, '');
  page constant integer := least(coalesce(limits, 100), 1500);
  descending constant boolean := coalesce(lower(sort_order), 'asc') = 'desc';
  sorting constant text := lower(coalesce(sort_column, 'name'));
begin
  if sorting not in ('created_at', 'updated_at') then
    return query
      select split_part(l.name, '/', greatest(levels, 1)), l.name, l.id, l.updated_at, l.created_at, l.last_accessed_at, l.metadata
      from storage.list_objects_with_delimiter(
        bucket_name, below, '/', page, coalesce(start_after, ''), '', case when descending then 'desc' else 'asc' end) as l;
    return;
  end if;

  -- A folder is as new as the newest of its objects. Cursors carry milliseconds.
  return query execute format($sql$
    select split_part(e.name, '/', $3), e.name, e.id,
      case when e.id is not null then e.updated_at end, case when e.id is not null then e.created_at end,
      case when e.id is not null then e.last_accessed_at end, e.metadata
    from (
      select coalesce(f.folder, o.name) collate "C" as name, case when f.folder is null then (array_agg(o.id))[1] end as id,
        max(o.updated_at) as updated_at, max(o.created_at) as created_at, max(o.last_accessed_at) as last_accessed_at,
        case when f.folder is null then (array_agg(o.metadata))[1] end as metadata, date_trunc('milliseconds', max(o.%1$I)) as at
      from storage.objects as o
      cross join lateral (select storage.get_common_prefix(o.name, $2, '/') as folder) as f
      where o.bucket_id = $1 and o.name collate "C" >= $2 and o.name collate "C" < hedgerow.end_of_prefix($2)
      group by coalesce(f.folder, o.name) collate "C", f.folder
    ) as e
    where $5 = '' or (e.at, e.name) %2$s (coalesce(nullif($6, '')::timestamptz, 'epoch'), $5)
    order by e.at %3$s, e.name %3$s
    limit $4
    $sql$, sorting, case when descending then '<' else '>' end, case when descending then 'desc' else 'asc' end)
  using bucket_name, below, greatest(levels, 1), page, coalesce(start_after, ''), coalesce(sort_column_after, '');
end $$;
comment on function storage.search_v2(text, text, integer, integer, text, text, text, text) is
  'A page of what is directly below a prefix, by name or by time, after a cursor. Folders have no id and end with a slash';

create function storage.search(
  prefix text, bucketname text, limits integer default 100, levels integer default 1, offsets integer default 0,
  search text default '', sortcolumn text default 'name', sortorder text default 'asc')
returns table (name text, id uuid, updated_at timestamptz, created_at timestamptz, last_accessed_at timestamptz, metadata jsonb)
language plpgsql stable set search_path = '' as $$
#variable_conflict use_column
declare
  below constant text := lower(coalesce(search.prefix, '') || coalesce(search.search, ''));
  behind constant text := hedgerow.end_of_prefix(below);
  cut constant integer := length(coalesce(search.prefix, '')) + 1; -- names are relative to the prefix
  page constant integer := least(coalesce(limits, 100), 1500);
  sorting constant text := lower(coalesce(sortcolumn, 'name'));
begin
  if sorting in ('created_at', 'updated_at', 'last_accessed_at') then
    return query execute format($sql$
      select substr(rtrim(coalesce(f.folder, o.name), '/'), $3), case when f.folder is null then o.id end,
        case when f.folder is null then o.updated_at end, case when f.folder is null then o.created_at end,
        case when f.folder is null then o.last_accessed_at end, case when f.folder is null then o.metadata end
      from (
        select distinct on (coalesce(storage.get_common_prefix(o.name_lower, $2, '/'), o.name) collate "C") o.*
        from storage.objects as o
        where o.bucket_id = $1 and o.name_lower collate "C" >= $2 and o.name_lower collate "C" < $6
        order by coalesce(storage.get_common_prefix(o.name_lower, $2, '/'), o.name) collate "C"
      ) as o
      cross join lateral (select left(o.name, length(storage.get_common_prefix(o.name_lower, $2, '/'))) as folder) as f
      order by f.folder is null, f.folder collate "C" %2$s, o.%1$I %2$s, o.name collate "C"
      limit $4 offset $5
      $sql$, sorting, case when lower(sortorder) = 'desc' then 'desc' else 'asc' end)
    using bucketname, below, cut, page, offsets, behind;
  elsif lower(sortorder) = 'desc' then
    return query
      with recursive walk (id, name, folder, seek_lower, seek) as (
        select null::uuid, null::text, null::text, behind, ''
        union all
        select o.id, o.name, f.folder, coalesce(f.folder, o.name_lower), case when f.folder is null then o.name else '' end
        from walk
        cross join lateral (
          select o.id, o.name, o.name_lower from storage.objects as o
          where o.bucket_id = bucketname and o.name_lower collate "C" >= below
            and (o.name_lower collate "C", o.name collate "C") < (walk.seek_lower, walk.seek)
          order by o.name_lower collate "C" desc, o.name collate "C" desc limit 1) as o
        cross join lateral (select storage.get_common_prefix(o.name_lower, below, '/') as folder) as f
      )
      select substr(case when w.folder is null then w.name else left(w.name, length(w.folder) - 1) end, cut),
        o.id, o.updated_at, o.created_at, o.last_accessed_at, o.metadata
      from (select * from walk where walk.name is not null limit page offset offsets) as w
      left join storage.objects as o on w.folder is null and o.id = w.id
      order by lower(w.name) collate "C" desc, w.name collate "C" desc;
  else
    return query
      with recursive walk (id, name, folder, seek_lower, seek) as (
        select null::uuid, null::text, null::text, below, ''
        union all
        -- 0 is the character after the slash.
        select o.id, o.name, f.folder, case when f.folder is null then o.name_lower else left(f.folder, -1) || '0' end,
          case when f.folder is null then o.name else '' end
        from walk
        cross join lateral (
          select o.id, o.name, o.name_lower from storage.objects as o
          where o.bucket_id = bucketname and o.name_lower collate "C" < behind
            and (o.name_lower collate "C", o.name collate "C") > (walk.seek_lower, walk.seek)
          order by o.name_lower collate "C", o.name collate "C" limit 1) as o
        cross join lateral (select storage.get_common_prefix(o.name_lower, below, '/') as folder) as f
      )
      select substr(case when w.folder is null then w.name else left(w.name, length(w.folder) - 1) end, cut),
        o.id, o.updated_at, o.created_at, o.last_accessed_at, o.metadata
      from (select * from walk where walk.name is not null limit page offset offsets) as w
      left join storage.objects as o on w.folder is null and o.id = w.id
      order by lower(w.name) collate "C", w.name collate "C";
  end if;
end $$;
comment on function storage.search(text, text, integer, integer, integer, text, text, text) is
  'A page of what is directly below a prefix and begins with `search`, without regard to case; names are relative to the prefix, folders have no id';

create function storage.get_size_by_bucket() returns table (size bigint, bucket_id text)
language sql stable set search_path = '' as $$
  select sum((o.metadata ->> 'size')::bigint)::bigint, o.bucket_id from storage.objects as o group by o.bucket_id
$$;
comment on function storage.get_size_by_bucket() is 'Bytes in each bucket, of the objects that the caller sees';

create function storage.operation() returns text
language sql stable set search_path = '' as $$
  select current_setting('storage.operation', true)
$$;
comment on function storage.operation() is 'What the storage API is doing, for policies: storage.object.upload, storage.object.list …';

create function storage.can_insert_object(bucketid text, name text, owner uuid, metadata jsonb) returns void
language plpgsql set search_path = '' as $$
begin
  insert into storage.objects (bucket_id, name, owner, metadata) values (bucketid, name, owner, metadata);
  raise sqlstate 'PT200' using message = 'ROLLBACK', detail = 'rollback successful insert';
end $$;
comment on function storage.can_insert_object(text, text, uuid, jsonb) is 'Raises PT200 where the caller may insert the object, and inserts nothing';

grant execute on function
  hedgerow.end_of_prefix(text), storage.get_common_prefix(text, text, text),
  storage.list_objects_with_delimiter(text, text, text, integer, text, text, text),
  storage.search_v2(text, text, integer, integer, text, text, text, text),
  storage.search(text, text, integer, integer, integer, text, text, text),
  storage.get_size_by_bucket(), storage.operation(), storage.can_insert_object(text, text, uuid, jsonb)
  to anon, authenticated, service_role, hedgerow_storage;
