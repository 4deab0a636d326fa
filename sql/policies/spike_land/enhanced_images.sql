-- SL-10: one's own, those shown to everybody, one whose link's token is sent and those of an album whose token is sent. Files are stored
-- in the owner's folder: a key elsewhere is another's, and deleting the image would remove it.
revoke all on spike_land.enhanced_images from anon, authenticated;
grant select on spike_land.enhanced_images to anon, authenticated;
grant delete,
  insert (name, description, original_url, original_r2_key, original_width, original_height, original_size_bytes, original_format, is_public),
  update (name, description, is_public, updated_at)
  on spike_land.enhanced_images to authenticated;

create policy "Everybody sees shown and shared images" on spike_land.enhanced_images for select to anon
  using (is_shown or share_token = (select spike_land_private.header_digest())
    or id = any ((select spike_land_private.shared_image_ids())::text[]));

create policy "People see their own as well" on spike_land.enhanced_images for select to authenticated
  using (user_id = (select spike_land_private.me()) or is_shown or share_token = (select spike_land_private.header_digest())
    or id = any ((select spike_land_private.shared_image_ids())::text[]));

create policy "People add images from their folder" on spike_land.enhanced_images for insert to authenticated
  with check (user_id = (select spike_land_private.me()) and starts_with(original_r2_key, (select spike_land_private.me()) || '/'));

create policy "People change their own" on spike_land.enhanced_images for update to authenticated
  using (user_id = (select spike_land_private.me()));

create policy "People delete their own" on spike_land.enhanced_images for delete to authenticated
  using (user_id = (select spike_land_private.me()));
