-- Roles that the login may become, with those of their own settings that it may set itself.
select r.rolname::text, coalesce(
  (select pg_catalog.array_agg(c.setting)
   from pg_catalog.unnest(r.rolconfig) as c(setting)
   join pg_catalog.pg_settings s on s.name = pg_catalog.split_part(c.setting, '=', 1)
   where s.context = 'user' or pg_catalog.has_parameter_privilege(s.name, 'set')), '{}')  -- the function is there since 15
from pg_catalog.pg_auth_members m
join pg_catalog.pg_roles r on r.oid = m.roleid
where m.member = (select oid from pg_catalog.pg_roles where rolname = current_user)
group by r.oid, r.rolname, r.rolconfig
