-- SL-18: written by rpc/track_page_view; read by admins.
revoke all on spike_land.page_views from anon, authenticated;
grant select on spike_land.page_views to authenticated;

create policy "Admins read them" on spike_land.page_views for select to authenticated
  using (id between (select spike_land_private.admin_sees_from()) and (select spike_land_private.admin_sees_to()));
