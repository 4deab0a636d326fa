-- WB-09: written by rpc/track_event, read by the campaign's owner. Addresses and agents of visitors are the owner's to see: chosen.
revoke all on web_builder.campaign_events from anon, authenticated, service_role;
grant select on web_builder.campaign_events to authenticated;
grant select, insert, delete on web_builder.campaign_events to service_role;

create policy "People see the events of their campaigns" on web_builder.campaign_events for select to authenticated
  using (campaign_id = any ((select web_builder_private.my_campaigns())::uuid[]));
