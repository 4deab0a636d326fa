-- SL-17: active ones are public, admins write.
revoke all on spike_land.merch_categories from anon, authenticated;
grant select on spike_land.merch_categories to anon, authenticated;
grant delete, insert (name, slug, description, icon, sort_order, is_active), update (name, slug, description, icon, sort_order, is_active, updated_at)
  on spike_land.merch_categories to authenticated;

create policy "Everybody sees what is active, admins the rest too" on spike_land.merch_categories for select to anon, authenticated
  using (is_active = any ((select spike_land_private.sees_active())::boolean[]));

create policy "Admins add" on spike_land.merch_categories for insert to authenticated
  with check ((select spike_land_private.is_admin()));

create policy "Admins change" on spike_land.merch_categories for update to authenticated
  using ((select spike_land_private.is_admin()));

create policy "Admins remove" on spike_land.merch_categories for delete to authenticated
  using ((select spike_land_private.is_admin()));
