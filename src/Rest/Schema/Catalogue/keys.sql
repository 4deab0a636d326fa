-- Primary keys, unique constraints and foreign keys of every relation; a partition's copy of its parent's foreign key is
-- marked (it makes no relationship of its own). Names of a foreign key's columns come along, as its tables may not be exposed.
select
  k.oid,
  k.contype::text,
  k.conname::text,
  k.conrelid,
  k.confrelid,
  k.conkey,
  case when k.contype = 'f' then k.confkey end,
  case when k.contype = 'f' then array(
    select a.attname::text
    from pg_catalog.unnest(k.conkey) with ordinality as o(attnum, i)
    join pg_catalog.pg_attribute a on a.attrelid = k.conrelid and a.attnum = o.attnum
    order by o.i) end,
  case when k.contype = 'f' then array(
    select a.attname::text
    from pg_catalog.unnest(k.confkey) with ordinality as o(attnum, i)
    join pg_catalog.pg_attribute a on a.attrelid = k.confrelid and a.attnum = o.attnum
    order by o.i) end,
  k.conparentid <> 0
from pg_catalog.pg_constraint k
where k.contype in ('p', 'u', 'f')
  and k.connamespace <> 'pg_catalog'::pg_catalog.regnamespace
order by k.conrelid, k.conname
