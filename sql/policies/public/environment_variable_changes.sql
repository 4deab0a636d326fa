-- IC-24: the audit trail. Written by trigger alone, not even by service; read by the workspace's admins.
revoke all on public.environment_variable_changes from anon, authenticated, service_role;
grant select on public.environment_variable_changes to authenticated, service_role;

create policy "Admins read the audit trail of their projects" on public.environment_variable_changes
  for select to authenticated
  using (project_id = any ((select hedgerow.project_ids('admin'))::uuid[]));

create policy "Service reads the audit trail" on public.environment_variable_changes
  for select to service_role
  using (true);
