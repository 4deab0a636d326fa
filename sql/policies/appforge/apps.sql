-- With their project: viewers see, editors change, admins delete. Keys come from rpc/rotate_app_key; nobody reads a hash.
revoke all on appforge.apps from anon, authenticated;
grant select (id, project_id, name, url, key_prefix, alert_thresholds, created_at, updated_at), delete, insert (project_id, name, url, alert_thresholds),
  update (name, url, alert_thresholds, updated_at) on appforge.apps to authenticated;

create policy "People see the apps of their projects" on appforge.apps for select to authenticated
  using (project_id = any ((select appforge_private.project_ids(1))::text[]));

create policy "Editors add apps" on appforge.apps for insert to authenticated
  with check (project_id = any ((select appforge_private.project_ids(2))::text[]));

create policy "Editors change apps" on appforge.apps for update to authenticated
  using (project_id = any ((select appforge_private.project_ids(2))::text[]));

create policy "Admins delete apps" on appforge.apps for delete to authenticated
  using (project_id = any ((select appforge_private.project_ids(3))::text[]));
