-- SL-14: admins curate, everybody sees what is active. What an item shows must be visible to its admin.
revoke all on spike_land.featured_gallery_items from anon, authenticated;
grant select on spike_land.featured_gallery_items to anon, authenticated;
grant delete, insert (title, description, category, original_url, enhanced_url, width, height, source_image_id, source_job_id, sort_order, is_active), update (title, description, category, original_url, enhanced_url, width, height, source_image_id, source_job_id, sort_order, is_active, updated_at)
  on spike_land.featured_gallery_items to authenticated;

create policy "Everybody sees what is active, admins the rest too" on spike_land.featured_gallery_items for select to anon, authenticated
  using (is_active = any ((select spike_land_private.sees_active())::boolean[]));

create policy "Admins add" on spike_land.featured_gallery_items for insert to authenticated
  with check ((select spike_land_private.is_admin())
    and (source_image_id is null or exists (select from spike_land.enhanced_images as i where i.id = source_image_id))
    and (source_job_id is null or exists (select from spike_land.image_enhancement_jobs as j where j.id = source_job_id)));

create policy "Admins change" on spike_land.featured_gallery_items for update to authenticated
  using ((select spike_land_private.is_admin()))
  with check ((select spike_land_private.is_admin())
    and (source_image_id is null or exists (select from spike_land.enhanced_images as i where i.id = source_image_id))
    and (source_job_id is null or exists (select from spike_land.image_enhancement_jobs as j where j.id = source_job_id)));

create policy "Admins remove" on spike_land.featured_gallery_items for delete to authenticated
  using ((select spike_land_private.is_admin()));
