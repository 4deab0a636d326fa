-- Listing (0071_storage_listing.sql), in half the time where there are many folders: the walk reads names alone, which the index holds, and only what is an
-- object is looked up. Nothing else changes.

create or replace function storage.list_objects_with_delimiter(
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
      with recursive walk (name, folder, seek) as (
        select null::text, null::text, highest
        union all
        select o.name, f.folder, coalesce(f.folder, o.name)
        from walk
        cross join lateral (
          select o.name from storage.objects as o
          where o.bucket_id = _bucket_id and o.name collate "C" < walk.seek and o.name collate "C" >= lowest
          order by o.name collate "C" desc limit 1) as o
        cross join lateral (select storage.get_common_prefix(o.name, prefix, delimiter) as folder) as f
      )
      select coalesce(w.folder, w.name), o.id, o.metadata, o.updated_at, o.created_at, o.last_accessed_at
      from (select * from walk where walk.name is not null limit max_keys) as w
      left join storage.objects as o on o.bucket_id = _bucket_id and o.name = case when w.folder is null then w.name end
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
    with recursive walk (name, folder, seek) as (
      select null::text, null::text, lowest
      union all
      select o.name, f.folder,
        case when f.folder is null then o.name || chr(1) else left(f.folder, -length(delimiter)) || behind_delimiter end
      from walk
      cross join lateral (
        select o.name from storage.objects as o
        where o.bucket_id = _bucket_id and o.name collate "C" >= walk.seek and o.name collate "C" < highest
        order by o.name collate "C" limit 1) as o
      cross join lateral (select storage.get_common_prefix(o.name, prefix, delimiter) as folder) as f
    )
    select coalesce(w.folder, w.name), o.id, o.metadata, o.updated_at, o.created_at, o.last_accessed_at
    from (select * from walk where walk.name is not null limit max_keys) as w
    left join storage.objects as o on o.bucket_id = _bucket_id and o.name = case when w.folder is null then w.name end
    order by w.name collate "C";
end $$;

create or replace function storage.search(
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
      with recursive walk (name, folder, seek_lower, seek) as (
        select null::text, null::text, behind, ''
        union all
        select o.name, f.folder, coalesce(f.folder, o.name_lower), case when f.folder is null then o.name else '' end
        from walk
        cross join lateral (
          select o.name, o.name_lower from storage.objects as o
          where o.bucket_id = bucketname and o.name_lower collate "C" >= below
            and (o.name_lower collate "C", o.name collate "C") < (walk.seek_lower, walk.seek)
          order by o.name_lower collate "C" desc, o.name collate "C" desc limit 1) as o
        cross join lateral (select storage.get_common_prefix(o.name_lower, below, '/') as folder) as f
      )
      select substr(case when w.folder is null then w.name else left(w.name, length(w.folder) - 1) end, cut),
        o.id, o.updated_at, o.created_at, o.last_accessed_at, o.metadata
      from (select * from walk where walk.name is not null limit page offset offsets) as w
      left join storage.objects as o on o.bucket_id = bucketname and o.name = case when w.folder is null then w.name end
      order by lower(w.name) collate "C" desc, w.name collate "C" desc;
  else
    return query
      with recursive walk (name, folder, seek_lower, seek) as (
        select null::text, null::text, below, ''
        union all
        -- 0 is the character after the slash.
        select o.name, f.folder, case when f.folder is null then o.name_lower else left(f.folder, -1) || '0' end,
          case when f.folder is null then o.name else '' end
        from walk
        cross join lateral (
          select o.name, o.name_lower from storage.objects as o
          where o.bucket_id = bucketname and o.name_lower collate "C" < behind
            and (o.name_lower collate "C", o.name collate "C") > (walk.seek_lower, walk.seek)
          order by o.name_lower collate "C", o.name collate "C" limit 1) as o
        cross join lateral (select storage.get_common_prefix(o.name_lower, below, '/') as folder) as f
      )
      select substr(case when w.folder is null then w.name else left(w.name, length(w.folder) - 1) end, cut),
        o.id, o.updated_at, o.created_at, o.last_accessed_at, o.metadata
      from (select * from walk where walk.name is not null limit page offset offsets) as w
      left join storage.objects as o on o.bucket_id = bucketname and o.name = case when w.folder is null then w.name end
      order by lower(w.name) collate "C", w.name collate "C";
  end if;
end $$;
