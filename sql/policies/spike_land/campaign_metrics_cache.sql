-- SL-19: written by rpc/campaign_metrics; read by admins.
revoke all on spike_land.campaign_metrics_cache from anon, authenticated;
grant select on spike_land.campaign_metrics_cache to authenticated;

create policy "Admins read them" on spike_land.campaign_metrics_cache for select to authenticated
  using (id between (select spike_land_private.admin_sees_from()) and (select spike_land_private.admin_sees_to()));
