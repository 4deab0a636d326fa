-- Handlers of media types: aggregates over a relation's rows (or anyelement) and functions, whose result is a domain named
-- like a media type. $1: exposed schemas. For a function the target is the function itself and the domain's cast the handler.
with relations as (
  select reltype as oid from pg_catalog.pg_class where relkind in ('r', 'v', 'm', 'f', 'p') and reltype <> 0
  union all
  select 'pg_catalog.anyelement'::pg_catalog.regtype::pg_catalog.oid
), media_types as (
  select t.oid, n.nspname, t.typname
  from pg_catalog.pg_type t
  join pg_catalog.pg_namespace n on n.oid = t.typnamespace
  where t.typtype = 'd'
    and (t.typname ~* '^[a-z0-9.-]+/[a-z0-9.+-]+$' or t.typname = '*/*')
)
select
  sn.nspname::text, s.typname::text,
  pg_catalog.lower(m.typname),
  n.nspname::text, p.proname::text,
  m.nspname::text, m.typname::text
from media_types m
join pg_catalog.pg_proc p on p.prorettype = m.oid
join pg_catalog.pg_namespace n on n.oid = p.pronamespace
join pg_catalog.pg_type s on s.oid = p.proargtypes[0]
join pg_catalog.pg_namespace sn on sn.oid = s.typnamespace
where p.prokind = 'a'
  and p.pronargs = 1
  and n.nspname = any ($1)
  and s.oid in (select oid from relations)
union all
select
  n.nspname::text, p.proname::text,
  pg_catalog.lower(m.typname),
  m.nspname::text, m.typname::text,
  m.nspname::text, m.typname::text
from media_types m
join pg_catalog.pg_proc p on p.prorettype = m.oid
join pg_catalog.pg_namespace n on n.oid = p.pronamespace
where p.prokind = 'f'
  and not p.proretset
  and n.nspname = any ($1)
