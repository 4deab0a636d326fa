-- WB-05: in one's own campaigns; counters, score and version are the database's.
revoke all on web_builder.campaign_components from anon, authenticated;
grant select, delete,
  insert (campaign_id, name, component_type, code, props, css_styles, preview_url, export_formats, parent_component_id, sort_order),
  update (name, component_type, code, props, css_styles, preview_url, export_formats, sort_order, updated_at)
  on web_builder.campaign_components to authenticated;

create policy "People see the components of their campaigns" on web_builder.campaign_components for select to authenticated
  using (campaign_id = any ((select web_builder_private.my_campaigns())::uuid[]));

create policy "People add components to their campaigns" on web_builder.campaign_components for insert to authenticated
  with check (campaign_id = any ((select web_builder_private.my_campaigns())::uuid[]));

create policy "People change components of their campaigns" on web_builder.campaign_components for update to authenticated
  using (campaign_id = any ((select web_builder_private.my_campaigns())::uuid[]));

create policy "People delete components of their campaigns" on web_builder.campaign_components for delete to authenticated
  using (campaign_id = any ((select web_builder_private.my_campaigns())::uuid[]));
