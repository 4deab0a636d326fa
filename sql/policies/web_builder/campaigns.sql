-- WB-04: one's own; counters, revenue and launched_at are the database's.
revoke all on web_builder.campaigns from anon, authenticated;
grant select, delete,
  insert (user_id, name, description, type, platform_source, platform_source_id, target_audience, business_type, goals, brand_guidelines,
    performance_requirements, currency),
  update (name, description, status, type, platform_source, platform_source_id, target_audience, business_type, goals, brand_guidelines,
    performance_requirements, updated_at)
  on web_builder.campaigns to authenticated;

create policy "People see their campaigns" on web_builder.campaigns for select to authenticated
  using (user_id = (select web_builder_private.me()));

create policy "People make campaigns" on web_builder.campaigns for insert to authenticated
  with check (user_id = (select web_builder_private.me()));

create policy "People change their campaigns" on web_builder.campaigns for update to authenticated
  using (user_id = (select web_builder_private.me()));

create policy "People delete their campaigns" on web_builder.campaigns for delete to authenticated
  using (user_id = (select web_builder_private.me()));
