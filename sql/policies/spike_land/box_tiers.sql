-- SL-15: active ones are public, admins write.
revoke all on spike_land.box_tiers from anon, authenticated;
grant select on spike_land.box_tiers to anon, authenticated;
grant delete, insert (name, description, cpu, ram, storage, price_per_hour, price_per_month, is_active, sort_order), update (name, description, cpu, ram, storage, price_per_hour, price_per_month, is_active, sort_order, updated_at)
  on spike_land.box_tiers to authenticated;

create policy "Everybody sees what is active, admins the rest too" on spike_land.box_tiers for select to anon, authenticated
  using (is_active = any ((select spike_land_private.sees_active())::boolean[]));

create policy "Admins add" on spike_land.box_tiers for insert to authenticated
  with check ((select spike_land_private.is_admin()));

create policy "Admins change" on spike_land.box_tiers for update to authenticated
  using ((select spike_land_private.is_admin()));

create policy "Admins remove" on spike_land.box_tiers for delete to authenticated
  using ((select spike_land_private.is_admin()));
