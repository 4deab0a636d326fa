-- Who may do what, as functions that the policies of this schema call. They are SECURITY DEFINER, so that the policies on
-- workspace_members do not call themselves, and STABLE: a policy asks `(select …)` once per statement and gets an array,
-- which an index on workspace_id answers. plpgsql rather than sql keeps their plans for the session. A policy reads
--
--   using (workspace_id = any ((select hedgerow.workspace_ids('member'))::uuid[]))

create or replace function hedgerow.role_rank(role text) returns int
language sql immutable parallel safe as $$ -- no SET clause and not strict: so it is inlined
  select case role when 'owner' then 4 when 'admin' then 3 when 'member' then 2 when 'viewer' then 1 else 0 end
$$;

comment on function hedgerow.role_rank(text) is 'owner 4, admin 3, member 2, viewer 1, anything else 0: to compare roles in a workspace';

create or replace function hedgerow.workspace_ids(min_role text default 'viewer') returns uuid[]
language plpgsql stable security definer parallel safe set search_path = '' as $$
begin
  return (
    select coalesce(array_agg(m.workspace_id), '{}')
    from public.workspace_members m
    where m.user_id = (select auth.uid()) and hedgerow.role_rank(m.role) >= hedgerow.role_rank(min_role));
end $$;

comment on function hedgerow.workspace_ids(text) is 'The workspaces in which the signed-in user is at least `min_role`';

create or replace function hedgerow.has_workspace_role(workspace uuid, min_role text default 'viewer') returns boolean
language plpgsql stable security definer parallel safe set search_path = '' as $$
begin
  return exists (
    select from public.workspace_members m
    where m.workspace_id = workspace and m.user_id = (select auth.uid())
      and hedgerow.role_rank(m.role) >= hedgerow.role_rank(min_role));
end $$;

comment on function hedgerow.has_workspace_role(uuid, text) is
  'Whether the signed-in user is at least `min_role` in the workspace. For functions and checks of one row; lists use workspace_ids()';

create or replace function hedgerow.project_ids(min_role text default 'viewer') returns uuid[]
language plpgsql stable security definer parallel safe set search_path = '' as $$
begin
  return array(select p.id from public.projects p where p.workspace_id = any (hedgerow.workspace_ids(min_role)));
end $$;

comment on function hedgerow.project_ids(text) is 'The projects of the workspaces in which the signed-in user is at least `min_role`';

create or replace function hedgerow.customer_ids() returns uuid[]
language plpgsql stable security definer parallel safe set search_path = '' as $$
begin
  return array(select c.id from public.customers c where c.user_id = (select auth.uid()));
end $$;

comment on function hedgerow.customer_ids() is 'What the signed-in user is to billing';

create or replace function hedgerow.workspace_role(workspace uuid) returns text
language plpgsql stable security definer parallel safe set search_path = '' as $$
begin
  return (
    select m.role from public.workspace_members m where m.workspace_id = workspace and m.user_id = (select auth.uid()));
end $$;

comment on function hedgerow.workspace_role(uuid) is 'What the signed-in user is in the workspace: owner, admin, member, viewer, or null';

create or replace function hedgerow.confirmed_email() returns text
language plpgsql stable security definer parallel safe set search_path = '' as $$
begin
  return (
    select lower(u.email) from auth.users u
    where u.id = (select auth.uid()) and u.email_confirmed_at is not null and u.deleted_at is null);
end $$;

comment on function hedgerow.confirmed_email() is
  'The address that the signed-in user has proved to own, in lower case. Not from the token: that may be older than a change';

create or replace function hedgerow.has_project_role(project uuid, min_role text default 'viewer') returns boolean
language plpgsql stable security definer parallel safe set search_path = '' as $$
begin
  return exists (
    select from public.projects p
    join public.workspace_members m on m.workspace_id = p.workspace_id
    where p.id = project and m.user_id = (select auth.uid())
      and hedgerow.role_rank(m.role) >= hedgerow.role_rank(min_role));
end $$;

comment on function hedgerow.has_project_role(uuid, text) is 'Whether the signed-in user is at least `min_role` in the project''s workspace';

alter function hedgerow.workspace_ids(text) owner to hedgerow_definer;
alter function hedgerow.project_ids(text) owner to hedgerow_definer;
alter function hedgerow.customer_ids() owner to hedgerow_definer;
alter function hedgerow.has_workspace_role(uuid, text) owner to hedgerow_definer;
alter function hedgerow.has_project_role(uuid, text) owner to hedgerow_definer;
alter function hedgerow.workspace_role(uuid) owner to hedgerow_definer;
alter function hedgerow.confirmed_email() owner to hedgerow_definer;

grant execute on function
  hedgerow.role_rank(text), hedgerow.workspace_ids(text), hedgerow.project_ids(text), hedgerow.customer_ids(), hedgerow.has_workspace_role(uuid, text), hedgerow.has_project_role(uuid, text),
  hedgerow.workspace_role(uuid), hedgerow.confirmed_email()
  to anon, authenticated, service_role, hedgerow_definer;
