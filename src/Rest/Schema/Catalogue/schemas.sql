-- Comments of the exposed schemas. $1: exposed schemas.
select n.nspname::text, d.description
from pg_catalog.pg_namespace n
join pg_catalog.pg_description d on d.objoid = n.oid and d.classoid = 'pg_catalog.pg_namespace'::pg_catalog.regclass
where n.nspname = any ($1)
