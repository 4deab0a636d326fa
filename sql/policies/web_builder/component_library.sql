-- WB-08: one's own, public ones (for everybody), and those one bought. What the marketplace shows of the others is the view marketplace.
revoke all on web_builder.component_library from anon, authenticated;
grant select on web_builder.component_library to anon;
grant select, delete,
  insert (user_id, name, description, category, tags, component_type, code, props_schema, preview_image_url, is_public, is_marketplace_item, price),
  update (name, description, category, tags, component_type, code, props_schema, preview_image_url, is_public, is_marketplace_item, price, updated_at)
  on web_builder.component_library to authenticated;

create policy "People see their components" on web_builder.component_library for select to authenticated
  using (user_id = (select web_builder_private.me()));

create policy "People see what they bought" on web_builder.component_library for select to authenticated
  using (id = any ((select web_builder_private.my_purchases())::uuid[]));

create policy "Everybody sees public components" on web_builder.component_library for select to anon, authenticated
  using (is_public);

create policy "People save components" on web_builder.component_library for insert to authenticated
  with check (user_id = (select web_builder_private.me()));

create policy "People change their components" on web_builder.component_library for update to authenticated
  using (user_id = (select web_builder_private.me()));

create policy "People delete their components" on web_builder.component_library for delete to authenticated
  using (user_id = (select web_builder_private.me()));
