-- SL-22: by admins.
revoke all on spike_land.tracked_urls from anon, authenticated;
grant select, delete, insert (path, label, is_active), update (path, label, is_active, updated_at)
  on spike_land.tracked_urls to authenticated;

create policy "Admins do everything with them" on spike_land.tracked_urls for all to authenticated
  using (id between (select spike_land_private.admin_sees_from()) and (select spike_land_private.admin_sees_to()))
  with check ((select spike_land_private.is_admin()));
