-- SL-22: service writes, rpc/record_email_event follows; admins read.
revoke all on spike_land.email_logs from anon, authenticated, service_role;
grant select on spike_land.email_logs to authenticated;
grant select, insert on spike_land.email_logs to service_role;

create policy "Admins read them" on spike_land.email_logs for select to authenticated
  using (id between (select spike_land_private.admin_sees_from()) and (select spike_land_private.admin_sees_to()));
