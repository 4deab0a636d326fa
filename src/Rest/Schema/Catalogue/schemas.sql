-- The exposed schemas: whether they exist, and their comments. $1: exposed schemas.
select s.name, n.oid is not null, d.description
from pg_catalog.unnest($1) as s(name)
left join pg_catalog.pg_namespace n on n.nspname = s.name
left join pg_catalog.pg_description d on d.objoid = n.oid and d.classoid = 'pg_catalog.pg_namespace'::pg_catalog.regclass
