-- AF-17: read with the project; begun by editors, advanced by service.
revoke all on appforge.deployments from anon, authenticated;
grant select, insert (app_id, version, environment) on appforge.deployments to authenticated;

create policy "People see the deployments of their apps" on appforge.deployments for select to authenticated
  using (app_id = any ((select appforge_private.app_ids(1))::text[]));

create policy "Editors deploy" on appforge.deployments for insert to authenticated
  with check (app_id = any ((select appforge_private.app_ids(2))::text[]) and deployed_by = (select appforge_private.me()));
