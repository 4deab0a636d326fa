-- Every relation outside the system schemas; partitions are hidden, as PostgREST hides them.
-- $1: exposed schemas. updatable: bits of pg_relation_is_updatable (4 update, 8 insert, 16 delete), INSTEAD OF triggers included.
select
  c.oid,
  n.nspname::text,
  c.relname::text,
  d.description,
  c.relkind in ('v', 'm'),
  case
    when c.relkind in ('r', 'p') then 28
    when c.relkind in ('v', 'f') and n.nspname = any ($1) then pg_catalog.pg_relation_is_updatable(c.oid, true)
    else 0
  end
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
left join pg_catalog.pg_description d
  on d.objoid = c.oid and d.objsubid = 0 and d.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass
where c.relkind in ('r', 'v', 'm', 'f', 'p')
  and n.nspname not in ('pg_catalog', 'information_schema')
  and not c.relispartition
order by n.nspname, c.relname
