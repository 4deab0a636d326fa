-- AF-16: read by the project's admins; written by the functions that deliver.
revoke all on appforge.webhook_logs from anon, authenticated;
grant select on appforge.webhook_logs to authenticated;

create policy "Admins see deliveries" on appforge.webhook_logs for select to authenticated
  using (integration_id = any ((select appforge_private.integration_ids(3))::text[]));
