-- AF-06: read by those who may view the app's project; written by rpc/record_metrics with the app's key, and by service.
revoke all on appforge.app_metrics from anon, authenticated;
grant select on appforge.app_metrics to authenticated;

create policy "People see the metrics of their apps" on appforge.app_metrics for select to authenticated
  using (app_id = any ((select appforge_private.app_ids(1))::text[]));
