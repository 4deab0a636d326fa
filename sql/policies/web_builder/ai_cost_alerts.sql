-- WB-07: read by its person, raised by the trigger that sums.
revoke all on web_builder.ai_cost_alerts from anon, authenticated;
grant select on web_builder.ai_cost_alerts to authenticated;

create policy "People see their alerts" on web_builder.ai_cost_alerts for select to authenticated
  using (user_id = (select web_builder_private.me()));
