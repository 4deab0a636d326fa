-- Begun by rpc/deploy_project, advanced by service; read with the project.
revoke all on app_builder.deployments from anon, authenticated;
grant select on app_builder.deployments to authenticated;

create policy "People see the deployments of their projects, admins all" on app_builder.deployments for select to authenticated
  using (user_id between (select app_builder_private.sees_from()) and (select app_builder_private.sees_to()));
