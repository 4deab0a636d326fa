-- Primary keys, unique constraints and foreign keys of every relation; a partition's copy of its parent's foreign key is
-- marked (it makes no relationship of its own).
select
  k.oid,
  k.contype::text,
  k.conname::text,
  k.conrelid,
  k.confrelid,
  k.conkey,
  case when k.contype = 'f' then k.confkey end,
  k.conparentid <> 0
from pg_catalog.pg_constraint k
where k.contype in ('p', 'u', 'f')
  and k.connamespace <> 'pg_catalog'::pg_catalog.regnamespace
order by k.conrelid, k.conname
