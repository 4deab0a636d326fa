-- The roles of the platform. They belong to the cluster, not to one database, so everything here asks before it acts:
-- a second database, a second start, or a DBA who made the roles beforehand find nothing to do.
-- Runs as the login of `--db`: a superuser, or on PostgreSQL 16 and later a role with CREATEROLE and BYPASSRLS.
-- Passwords are not set here: provisioning derives them and sets them at each migrate.

reset role;

do $$
declare
  me pg_roles := (select r from pg_roles r where rolname = session_user);
  want record;
  have pg_roles;
begin
  for want in
    select *
    from (values
      -- name               login  inherit bypassrls replication
      ('anon',               false, true,  false, false), -- nobody is signed in
      ('authenticated',      false, true,  false, false), -- somebody is
      ('service_role',       false, true,  true,  false), -- a server that holds the service key
      ('authenticator',      true,  false, false, false), -- REST connects as this and becomes one of the three above
      ('hedgerow_admin',     false, true,  false, false), -- owns schemas and tables, runs migrations
      ('hedgerow_definer',   false, true,  true,  false), -- owns SECURITY DEFINER functions: forced RLS binds table owners
      ('hedgerow_auth',      true,  true,  false, false),
      ('hedgerow_storage',   true,  false, false, false),
      ('hedgerow_realtime',  true,  false, false, true),  -- reads the write-ahead log
      ('hedgerow_jobs',      true,  true,  false, false)
    ) as role_list (name, login, inherit, bypassrls, replication)
  loop
    have := (select r from pg_roles r where rolname = want.name);
    if have.rolname is not null
       and (have.rolcanlogin, have.rolinherit, have.rolbypassrls) = (want.login, want.inherit, want.bypassrls)
       and have.rolreplication >= want.replication then
      continue;
    end if;

    if not me.rolsuper then
      if current_setting('server_version_num')::int < 160000 then
        raise exception 'the login "%" is not a superuser and the role "%" is missing or differs', session_user, want.name
          using errcode = '42501',
                hint = 'On PostgreSQL 15 only a superuser may make roles that bypass row-level security: migrate once as one.';
      end if;
      if not me.rolcreaterole or (want.bypassrls and not me.rolbypassrls) or (want.replication and not me.rolreplication) then
        raise exception 'the login "%" may not make the role "%"', session_user, want.name
          using errcode = '42501',
                hint = format('A superuser can mend it: alter role %I createrole bypassrls replication;', session_user);
      end if;
    end if;

    begin
      if have.rolname is null then
        execute format('create role %I', want.name);
      end if;
      execute format('alter role %I %s %s %s',
        want.name,
        case when want.login then 'login' else 'nologin' end,
        case when want.inherit then 'inherit' else 'noinherit' end,
        -- Attributes are named only when they change: naming them at all needs the attribute oneself.
        case when want.bypassrls <> coalesce(have.rolbypassrls, false)
             then case when want.bypassrls then 'bypassrls' else 'nobypassrls' end else '' end
        || case when want.replication and not coalesce(have.rolreplication, false) then ' replication' else '' end);
    exception when duplicate_object or unique_violation then
      null; -- another database of this cluster is being migrated at the same moment and made it
    end;
  end loop;
end $$;

do $$
declare
  want record;
begin
  for want in
    select *
    from (values
      ('anon',             'authenticator'),
      ('authenticated',    'authenticator'),
      ('service_role',     'authenticator'),
      ('hedgerow_definer', 'hedgerow_admin'),    -- so that migrations can hand functions over
      ('anon',             'hedgerow_storage'),  -- storage and realtime ask RLS as their caller
      ('authenticated',    'hedgerow_storage'),
      ('service_role',     'hedgerow_storage'),
      ('anon',             'hedgerow_realtime'),
      ('authenticated',    'hedgerow_realtime'),
      ('service_role',     'hedgerow_realtime'),
      ('hedgerow_admin',   session_user::text),  -- migrations run under `set role hedgerow_admin`
      ('anon',             session_user::text),  -- `hedgerow policies test` plays every role
      ('authenticated',    session_user::text),
      ('service_role',     session_user::text),
      ('hedgerow_storage', session_user::text)
    ) as membership (role, member)
    where member <> session_user or not (select rolsuper from pg_roles where rolname = session_user) -- who may become anybody
  loop
    if want.role <> want.member
       and not exists (
         select from pg_auth_members m
         where m.roleid = want.role::regrole and m.member = (select oid from pg_roles where rolname = want.member)
           -- On 16 and later whoever creates a role holds it WITH ADMIN but may not become it: that row does not count.
           and coalesce((to_jsonb(m) ->> 'set_option')::boolean, true)) then
      begin
        execute format('grant %I to %I', want.role, want.member);
      exception
        when unique_violation then
          null; -- granted at the same moment from another database
        when insufficient_privilege then
          -- A login that found its roles made for it may do without playing them.
          if want.member <> session_user or want.role = 'hedgerow_admin' then
            raise;
          end if;
      end;
    end if;
  end loop;
end $$;

-- Supabase's time limits: a stranger's statement ends after 3 s, a user's after 8 s, a server's after 60 s.
do $$
declare
  want record;
begin
  for want in
    select *
    from (values
      ('anon', '3s'), ('authenticated', '8s'), ('authenticator', '8s'), ('service_role', '60s')
    ) as timeout (role, value)
  loop
    if not exists (
      select from pg_db_role_setting s
      where s.setrole = want.role::regrole and s.setdatabase = 0
        and 'statement_timeout=' || want.value = any (s.setconfig)) then
      execute format('alter role %I set statement_timeout = %L', want.role, want.value);
    end if;
  end loop;
end $$;
