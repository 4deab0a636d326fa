-- The role as which the auth room calls the hooks that a DBA writes: under Supabase's name, so that grants and policies written for it hold here.
-- It may do nothing that was not granted to it. The auth room's own login can read every password hash; a hook never runs with its rights.

reset role;

do $$
begin
  if not exists (select from pg_roles where rolname = 'supabase_auth_admin') then
    create role supabase_auth_admin nologin noinherit;
  end if;
exception when duplicate_object or unique_violation then
  null; -- another database of this cluster is being migrated at the same moment and made it
end $$;

do $$
begin
  if not exists (
    select from pg_auth_members m
    where m.roleid = 'supabase_auth_admin'::regrole and m.member = 'hedgerow_auth'::regrole
      and coalesce((to_jsonb(m) ->> 'set_option')::boolean, true)) then
    grant supabase_auth_admin to hedgerow_auth;
  end if;
exception when unique_violation then
  null; -- granted at the same moment from another database
end $$;
