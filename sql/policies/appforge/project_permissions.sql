-- AF-11: seen by whoever may view the project, managed by its admins up to their own (trigger guard_permission); one may give up one's own.
revoke all on appforge.project_permissions from anon, authenticated;
grant select, delete, insert (project_id, user_id, team_id, permission_type), update (project_id, user_id, team_id, permission_type)
  on appforge.project_permissions to authenticated;

create policy "People see who may what" on appforge.project_permissions for select to authenticated
  using (project_id = any ((select appforge_private.project_ids(1))::text[]));

create policy "Admins grant permissions" on appforge.project_permissions for insert to authenticated
  with check (project_id = any ((select appforge_private.project_ids(3))::text[]));

create policy "Admins change permissions" on appforge.project_permissions for update to authenticated
  using (project_id = any ((select appforge_private.project_ids(3))::text[]));

create policy "Admins revoke permissions, and everyone their own" on appforge.project_permissions for delete to authenticated
  using (user_id = (select appforge_private.me()) or project_id = any ((select appforge_private.project_ids(3))::text[]));
