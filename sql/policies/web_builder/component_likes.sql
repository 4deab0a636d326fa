-- WB-08: one's own, of components one can see. How many there are stands with the component.
revoke all on web_builder.component_likes from anon, authenticated;
grant select, delete, insert (component_id, user_id) on web_builder.component_likes to authenticated;

create policy "People see their likes" on web_builder.component_likes for select to authenticated
  using (user_id = (select web_builder_private.me()));

create policy "People like what they see" on web_builder.component_likes for insert to authenticated
  with check (user_id = (select web_builder_private.me()) and web_builder_private.may_like(component_id));

create policy "People take their likes back" on web_builder.component_likes for delete to authenticated
  using (user_id = (select web_builder_private.me()));
