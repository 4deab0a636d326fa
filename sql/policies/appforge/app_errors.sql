-- AF-07: read with the project; editors acknowledge and resolve; written by rpc/report_error.
revoke all on appforge.app_errors from anon, authenticated;
grant select, update (status) on appforge.app_errors to authenticated;

create policy "People see the errors of their apps" on appforge.app_errors for select to authenticated
  using (app_id = any ((select appforge_private.app_ids(1))::text[]));

create policy "Editors acknowledge and resolve" on appforge.app_errors for update to authenticated
  using (app_id = any ((select appforge_private.app_ids(2))::text[]));
