-- SL-08: admins make them. Nobody else sees one: a code that can be listed is no code. current_uses is counted by the database.
revoke all on spike_land.vouchers from anon, authenticated;
grant select, delete, insert (code, type, value, max_uses, expires_at, status, metadata),
  update (code, type, value, max_uses, expires_at, status, metadata, updated_at)
  on spike_land.vouchers to authenticated;

create policy "Admins do everything with vouchers" on spike_land.vouchers for all to authenticated
  using (id between (select spike_land_private.admin_sees_from()) and (select spike_land_private.admin_sees_to()))
  with check ((select spike_land_private.is_admin()));
