-- SL-17: in one's own cart.
revoke all on spike_land.merch_cart_items from anon, authenticated;
grant select, delete,
  insert (cart_id, product_id, variant_id, image_id, uploaded_image_r2_key, uploaded_image_url, quantity, custom_text),
  update (quantity, custom_text, updated_at)
  on spike_land.merch_cart_items to authenticated;

create policy "People see what is in their cart" on spike_land.merch_cart_items for select to authenticated
  using (cart_id = (select spike_land_private.own_cart_id()));

create policy "People fill their cart" on spike_land.merch_cart_items for insert to authenticated
  with check (
    cart_id = (select spike_land_private.own_cart_id())
    -- Asked under the caller's own policies: what is for sale, and a picture of one's own.
    and exists (select from spike_land.merch_products as p where p.id = product_id)
    and (variant_id is null or exists (select from spike_land.merch_variants as v where v.id = variant_id))
    and (image_id is null or exists (select from spike_land.enhanced_images as i where i.id = image_id and i.user_id = (select spike_land_private.me())))
    and (uploaded_image_r2_key is null or starts_with(uploaded_image_r2_key, (select spike_land_private.me()) || '/')));

create policy "People change what is in their cart" on spike_land.merch_cart_items for update to authenticated
  using (cart_id = (select spike_land_private.own_cart_id()));

create policy "People take things out of their cart" on spike_land.merch_cart_items for delete to authenticated
  using (cart_id = (select spike_land_private.own_cart_id()));
