-- SL-19: by admins.
revoke all on spike_land.campaign_links from anon, authenticated;
grant select, delete, insert (utm_campaign, platform, external_campaign_id, external_campaign_name), update (utm_campaign, platform, external_campaign_id, external_campaign_name, updated_at)
  on spike_land.campaign_links to authenticated;

create policy "Admins do everything with them" on spike_land.campaign_links for all to authenticated
  using (id between (select spike_land_private.admin_sees_from()) and (select spike_land_private.admin_sees_to()))
  with check ((select spike_land_private.is_admin()));
