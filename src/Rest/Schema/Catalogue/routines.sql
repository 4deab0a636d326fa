-- Functions of the exposed schemas that /rpc can call. $1: exposed schemas.
-- One that has an unnamed parameter is callable only where that is its only one and of a type that a raw body can be.
with recursive domain_bases(domain, base) as (
  select oid, typbasetype from pg_catalog.pg_type where typtype = 'd'
  union all
  select d.domain, t.typbasetype
  from domain_bases d
  join pg_catalog.pg_type t on t.oid = d.base
  where t.typtype = 'd'
), bases as (
  select d.domain, d.base
  from domain_bases d
  join pg_catalog.pg_type t on t.oid = d.base
  where t.typtype <> 'd'
)
select
  n.nspname::text,
  p.proname::text,
  d.description,
  coalesce(a.names, '{}'),
  coalesce(a.types, '{}'),
  coalesce(a.long_types, '{}'),
  (p.pronargs - p.pronargdefaults)::int,
  p.provariadic <> 0,
  tn.nspname::text,
  coalesce(row_of.relname, t.typname)::text,
  p.proretset,
  t.typtype = 'c' or coalesce(p.proargmodes::text[] && '{t,b,o}', false),
  coalesce(p.proargmodes::text[] && '{t,b,o}', false),
  p.provolatile::text,
  coalesce(p.proconfig, '{}'),
  p.oid
from pg_catalog.pg_proc p
join pg_catalog.pg_namespace n on n.oid = p.pronamespace
left join bases b on b.domain = p.prorettype
join pg_catalog.pg_type t on t.oid = coalesce(b.base, p.prorettype)
join pg_catalog.pg_namespace tn on tn.oid = t.typnamespace
left join pg_catalog.pg_class row_of on row_of.oid = t.typrelid
left join pg_catalog.pg_description d on d.objoid = p.oid and d.classoid = 'pg_catalog.pg_proc'::pg_catalog.regclass
left join lateral (
  select
    pg_catalog.array_agg(coalesce(p.proargnames[i.i], '') order by i.i) as names,
    pg_catalog.array_agg(pg_catalog.format_type(i.type, null) order by i.i) as types,
    -- bit and character without a length mean a length of one: the varying kind takes the value whole
    pg_catalog.array_agg(case i.type
      when 1560 then 'bit varying' when 1561 then 'bit varying[]'
      when 1042 then 'character varying' when 1014 then 'character varying[]'
      else pg_catalog.format_type(i.type, null) end order by i.i) as long_types,
    case
      when p.proargnames is not null or pg_catalog.count(*) = 0 then true
      else pg_catalog.count(*) = 1 and pg_catalog.bool_and(i.type in (17, 25, 114, 142, 3802))  -- bytea, text, json, xml, jsonb
    end as callable
  from pg_catalog.unnest(coalesce(p.proallargtypes, p.proargtypes::pg_catalog.oid[])) with ordinality as i(type, i)
  where coalesce(p.proargmodes[i.i], 'i') in ('i', 'b', 'v')
) a on true
where n.nspname = any ($1)
  and p.prokind = 'f'
  and t.oid <> 'pg_catalog.trigger'::pg_catalog.regtype
  and coalesce(a.callable, true)
-- Overloads in PostgREST's order: it is the one in which an ambiguous call names them.
order by n.nspname, p.proname, p.pronargs, d.description collate "C" nulls first, a.names collate "C", a.types collate "C", p.oid
