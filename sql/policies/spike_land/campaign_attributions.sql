-- SL-19: written by the database; read by admins.
revoke all on spike_land.campaign_attributions from anon, authenticated;
grant select on spike_land.campaign_attributions to authenticated;

create policy "Admins read them" on spike_land.campaign_attributions for select to authenticated
  using (id between (select spike_land_private.admin_sees_from()) and (select spike_land_private.admin_sees_to()));
