-- IC-23: created by members and above, advanced by service; read by the workspace's members, as logs are not for the public.
revoke all on public.deployments from anon, authenticated, service_role;
grant select, insert (id, project_id, environment, status, commit_sha, branch, deployed_by) on public.deployments to authenticated;
grant select, insert, update, delete on public.deployments to service_role;

create policy "Members read the deployments of their projects" on public.deployments
  for select to authenticated
  using (project_id = any ((select hedgerow.project_ids('viewer'))::uuid[]));

create policy "Members deploy" on public.deployments
  for insert to authenticated
  with check (
    deployed_by = (select auth.uid())
    and status = 'pending'
    and project_id = any ((select hedgerow.project_ids('member'))::uuid[])
  );

create policy "Service manages deployments" on public.deployments
  to service_role
  using (true) with check (true);
