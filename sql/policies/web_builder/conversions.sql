-- WB-09: written by rpc/track_conversion, read by the campaign's owner.
revoke all on web_builder.conversions from anon, authenticated, service_role;
grant select on web_builder.conversions to authenticated;
grant select, insert, delete on web_builder.conversions to service_role;

create policy "People see the conversions of their campaigns" on web_builder.conversions for select to authenticated
  using (campaign_id = any ((select web_builder_private.my_campaigns())::uuid[]));
