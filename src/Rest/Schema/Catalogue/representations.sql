-- Implicit casts by function between a domain and json or text: domain representations.
select
  pg_catalog.format_type(k.castsource, null),
  pg_catalog.format_type(k.casttarget, null),
  n.nspname::text,
  p.proname::text
from pg_catalog.pg_cast k
join pg_catalog.pg_type s on s.oid = k.castsource
join pg_catalog.pg_type t on t.oid = k.casttarget
join pg_catalog.pg_proc p on p.oid = k.castfunc
join pg_catalog.pg_namespace n on n.oid = p.pronamespace
where k.castcontext = 'i'
  and k.castmethod = 'f'
  and pg_catalog.has_function_privilege(k.castfunc, 'execute')
  and ((s.typtype = 'd' and k.casttarget in (114, 25)) or (t.typtype = 'd' and k.castsource in (114, 25)))
