-- SL-18: written by rpc/track_event; read by admins.
revoke all on spike_land.analytics_events from anon, authenticated;
grant select on spike_land.analytics_events to authenticated;

create policy "Admins read them" on spike_land.analytics_events for select to authenticated
  using (id between (select spike_land_private.admin_sees_from()) and (select spike_land_private.admin_sees_to()));
