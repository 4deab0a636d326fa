-- SL-17: active ones are public, admins write.
revoke all on spike_land.merch_variants from anon, authenticated;
grant select on spike_land.merch_variants to anon, authenticated;
grant delete, insert (product_id, name, provider_sku, price_delta, is_active, attributes), update (name, provider_sku, price_delta, is_active, attributes, updated_at)
  on spike_land.merch_variants to authenticated;

create policy "Everybody sees what is active, admins the rest too" on spike_land.merch_variants for select to anon, authenticated
  using (is_active = any ((select spike_land_private.sees_active())::boolean[]));

create policy "Admins add" on spike_land.merch_variants for insert to authenticated
  with check ((select spike_land_private.is_admin()));

create policy "Admins change" on spike_land.merch_variants for update to authenticated
  using ((select spike_land_private.is_admin()));

create policy "Admins remove" on spike_land.merch_variants for delete to authenticated
  using ((select spike_land_private.is_admin()));
