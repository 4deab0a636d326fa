-- SL-22: append-only, written by the database; read by admins.
revoke all on spike_land.audit_logs from anon, authenticated, service_role;
grant select on spike_land.audit_logs to authenticated;
grant select, insert on spike_land.audit_logs to service_role;

create policy "Admins read them" on spike_land.audit_logs for select to authenticated
  using (id between (select spike_land_private.admin_sees_from()) and (select spike_land_private.admin_sees_to()));
