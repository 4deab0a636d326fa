-- SL-17: active ones are public, admins write.
revoke all on spike_land.merch_products from anon, authenticated;
grant select on spike_land.merch_products to anon, authenticated;
grant delete, insert (name, description, category_id, provider, provider_sku, base_price, retail_price, currency, is_active, min_dpi,
    min_width, min_height, print_area_width, print_area_height, mockup_template, sort_order), update (name, description, category_id, provider, provider_sku, base_price, retail_price, currency, is_active, min_dpi,
    min_width, min_height, print_area_width, print_area_height, mockup_template, sort_order, updated_at)
  on spike_land.merch_products to authenticated;

create policy "Everybody sees what is active, admins the rest too" on spike_land.merch_products for select to anon, authenticated
  using (is_active = any ((select spike_land_private.sees_active())::boolean[]));

create policy "Admins add" on spike_land.merch_products for insert to authenticated
  with check ((select spike_land_private.is_admin()));

create policy "Admins change" on spike_land.merch_products for update to authenticated
  using ((select spike_land_private.is_admin()));

create policy "Admins remove" on spike_land.merch_products for delete to authenticated
  using ((select spike_land_private.is_admin()));
