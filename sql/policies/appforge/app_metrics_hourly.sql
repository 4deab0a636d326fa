-- AF-09: the roll-up, read like the metrics, written by upkeep.
revoke all on appforge.app_metrics_hourly from anon, authenticated;
grant select on appforge.app_metrics_hourly to authenticated;

create policy "People see the roll-ups of their apps" on appforge.app_metrics_hourly for select to authenticated
  using (app_id = any ((select appforge_private.app_ids(1))::text[]));
