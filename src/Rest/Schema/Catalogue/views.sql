-- Definitions of views, as the parser's node trees. $1: exposed schemas, $2: schemas of the search path: a key is traced
-- through views of these and stops at a view of any other schema, as PostgREST does.
select r.ev_class, r.ev_action::text
from pg_catalog.pg_rewrite r
join pg_catalog.pg_class c on c.oid = r.ev_class
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('v', 'm')
  and r.rulename = '_RETURN'
  and (n.nspname = any ($1) or n.nspname = any ($2))
