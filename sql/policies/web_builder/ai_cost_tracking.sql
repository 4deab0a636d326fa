-- WB-07: read by its person, written by the trigger that sums.
revoke all on web_builder.ai_cost_tracking from anon, authenticated;
grant select on web_builder.ai_cost_tracking to authenticated;

create policy "People see what AI cost them" on web_builder.ai_cost_tracking for select to authenticated
  using (user_id = (select web_builder_private.me()));
