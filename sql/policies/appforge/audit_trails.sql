-- AF-21: append-only for everybody. Read by whoever did it, by the project's admins and the team's managers.
revoke all on appforge.audit_trails from anon, authenticated;
revoke all on appforge.audit_trails from service_role;
grant select on appforge.audit_trails to authenticated, service_role;

create policy "People see what they did" on appforge.audit_trails for select to authenticated
  using (user_id = (select auth.uid())::text);

create policy "Admins see the trail of their projects" on appforge.audit_trails for select to authenticated
  using (project_id = any ((select appforge_private.project_ids(3))::text[]));

create policy "Managers see the trail of their teams" on appforge.audit_trails for select to authenticated
  using (team_id = any ((select appforge_private.managed_team_ids())::text[]));
