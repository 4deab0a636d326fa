-- SL-12: with the album. Only images of one's own go into one's albums: a public album shows its images to everybody.
revoke all on spike_land.album_images from anon, authenticated;
grant select on spike_land.album_images to anon, authenticated;
grant delete, insert (album_id, image_id, sort_order), update (sort_order) on spike_land.album_images to authenticated;

create policy "Everybody sees what public and shared albums hold" on spike_land.album_images for select to anon
  using (in_public_album or album_id = any ((select spike_land_private.shared_album_ids())::text[]));

create policy "People see what their own hold as well" on spike_land.album_images for select to authenticated
  using (album_id = any ((select spike_land_private.own_album_ids())::text[]) or in_public_album or album_id = any ((select spike_land_private.shared_album_ids())::text[]));

create policy "People put their images into their albums" on spike_land.album_images for insert to authenticated
  with check (
    album_id = any ((select spike_land_private.own_album_ids())::text[])
    and exists (select from spike_land.enhanced_images as i where i.id = image_id and i.user_id = (select spike_land_private.me())));

create policy "People order their albums" on spike_land.album_images for update to authenticated
  using (album_id = any ((select spike_land_private.own_album_ids())::text[]));

create policy "People take images out of their albums" on spike_land.album_images for delete to authenticated
  using (album_id = any ((select spike_land_private.own_album_ids())::text[]));
