-- AF-15: admins. What they wrote of keys and tokens they do not read back.
revoke all on appforge.integration_configs from anon, authenticated;
revoke all on appforge.integration_configs from service_role;
grant select, insert, update, delete on appforge.integration_configs to service_role;
grant select (id, project_id, integration_type, is_active, test_mode, created_at, last_tested_at, webhook_url), delete,
  insert (project_id, integration_type, config_data, is_active, test_mode, webhook_url, webhook_secret),
  update (config_data, is_active, test_mode, webhook_url, webhook_secret) on appforge.integration_configs to authenticated;

create policy "Admins see integrations" on appforge.integration_configs for select to authenticated
  using (project_id = any ((select appforge_private.project_ids(3))::text[]));

create policy "Admins add integrations" on appforge.integration_configs for insert to authenticated
  with check (project_id = any ((select appforge_private.project_ids(3))::text[]));

create policy "Admins change integrations" on appforge.integration_configs for update to authenticated
  using (project_id = any ((select appforge_private.project_ids(3))::text[]));

create policy "Admins remove integrations" on appforge.integration_configs for delete to authenticated
  using (project_id = any ((select appforge_private.project_ids(3))::text[]));
