-- Labels of every enum, in their order, and whether it has a cast to JSON, which to_json would use.
select e.enumtypid, pg_catalog.array_agg(e.enumlabel::text order by e.enumsortorder),
  exists (select from pg_catalog.pg_cast c where c.castsource = e.enumtypid and c.casttarget = 'pg_catalog.json'::pg_catalog.regtype)
from pg_catalog.pg_enum e
group by e.enumtypid
