-- WB-08: read by the buyer, written by billing.
revoke all on web_builder.component_purchases from anon, authenticated;
grant select on web_builder.component_purchases to authenticated;

create policy "People see what they bought" on web_builder.component_purchases for select to authenticated
  using (user_id = (select web_builder_private.me()));
