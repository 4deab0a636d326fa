-- Columns of the exposed relations, in no order: sorting rows this wide costs more than it saves. $1: exposed schemas.
-- A domain is shown as its base type where that is a built-in type, else under its own name; lengths are left out of
-- built-in types. The nominal type is the declared one, domain and length included.
with recursive domain_bases(domain, base, typmod) as (
  select oid, typbasetype, typtypmod from pg_catalog.pg_type where typtype = 'd'
  union all
  select d.domain, t.typbasetype, t.typtypmod
  from domain_bases d
  join pg_catalog.pg_type t on t.oid = d.base
  where t.typtype = 'd'
), bases as (
  select d.domain, d.base, t.typnamespace
  from domain_bases d
  join pg_catalog.pg_type t on t.oid = d.base
  where t.typtype <> 'd'
)
select
  a.attrelid,
  a.attnum,
  a.attname::text,
  d.description,
  not (a.attnotnull or (t.typtype = 'd' and t.typnotnull)),
  case
    when t.typtype = 'd' and b.typnamespace = 'pg_catalog'::pg_catalog.regnamespace then pg_catalog.format_type(b.base, null)
    when t.typtype <> 'd' and t.typnamespace = 'pg_catalog'::pg_catalog.regnamespace then pg_catalog.format_type(a.atttypid, null)
    else pg_catalog.format_type(a.atttypid, a.atttypmod)
  end,
  pg_catalog.format_type(a.atttypid, a.atttypmod),
  case
    when l.typmod < 0 then null
    when l.typid in (1042, 1043) then l.typmod - 4   -- character(n), character varying(n)
    when l.typid in (1560, 1562) then l.typmod       -- bit(n), bit varying(n)
  end,
  case
    when t.typbasetype <> 0 and ad.adbin is null then pg_catalog.pg_get_expr(t.typdefaultbin, 0)
    when a.attidentity = 'd' then (
      select pg_catalog.format('nextval(%L)', s.objid::pg_catalog.regclass)
      from pg_catalog.pg_depend s
      where s.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass and s.refobjid = a.attrelid and s.refobjsubid = a.attnum
        and s.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and s.deptype = 'i'
      limit 1)
    when a.attgenerated <> '' then null
    else pg_catalog.pg_get_expr(ad.adbin, ad.adrelid)
  end,
  coalesce(b.base, t.oid)
from pg_catalog.pg_attribute a
join pg_catalog.pg_class c on c.oid = a.attrelid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
join pg_catalog.pg_type t on t.oid = a.atttypid
left join bases b on b.domain = t.oid
left join pg_catalog.pg_attrdef ad on ad.adrelid = a.attrelid and ad.adnum = a.attnum
left join pg_catalog.pg_description d
  on d.objoid = a.attrelid and d.objsubid = a.attnum and d.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass
cross join lateral (
  select
    case when t.typtype = 'd' then t.typbasetype else a.atttypid end,
    case when t.typtype = 'd' then t.typtypmod else a.atttypmod end
) l(typid, typmod)
where c.relkind in ('r', 'v', 'm', 'f', 'p')
  and n.nspname = any ($1)
  and not c.relispartition
  and a.attnum > 0
  and not a.attisdropped
