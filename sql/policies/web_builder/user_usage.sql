-- WB-02: read by its person, written by the functions that count.
revoke all on web_builder.user_usage from anon, authenticated;
grant select on web_builder.user_usage to authenticated;

create policy "People see what they used" on web_builder.user_usage for select to authenticated
  using (user_id = (select web_builder_private.me()));
