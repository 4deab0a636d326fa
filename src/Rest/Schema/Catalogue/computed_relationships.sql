-- Functions from one row of a relation to a row, or rows, of a relation. $1: exposed schemas.
select
  n.nspname::text, p.proname::text,
  sn.nspname::text, s.relname::text,
  tn.nspname::text, t.relname::text,
  not p.proretset or p.prorows = 1
from pg_catalog.pg_proc p
join pg_catalog.pg_namespace n on n.oid = p.pronamespace
join pg_catalog.pg_class s on s.reltype = p.proargtypes[0]
join pg_catalog.pg_namespace sn on sn.oid = s.relnamespace
join pg_catalog.pg_class t on t.reltype = p.prorettype
join pg_catalog.pg_namespace tn on tn.oid = t.relnamespace
where p.pronargs = 1
  and p.proargtypes[0] <> 0
  and s.relkind in ('r', 'v', 'm', 'f', 'p')
  and t.relkind in ('r', 'v', 'm', 'f', 'p')
  and n.nspname = any ($1) and sn.nspname = any ($1) and tn.nspname = any ($1)
order by n.nspname, p.proname
