-- SL-22: append-only; rpc/log_error writes, also for anon; admins read.
revoke all on spike_land.error_logs from anon, authenticated, service_role;
grant select on spike_land.error_logs to authenticated;
grant select, insert on spike_land.error_logs to service_role;

create policy "Admins read them" on spike_land.error_logs for select to authenticated
  using (id between (select spike_land_private.admin_sees_from()) and (select spike_land_private.admin_sees_to()));
