-- SL-11: of one's own images. Costs, stages and results are the database's and the workers'; what a person may change is to cancel.
revoke all on spike_land.image_enhancement_jobs from anon, authenticated;
grant select on spike_land.image_enhancement_jobs to authenticated;
grant insert (image_id, tier, pipeline_id, source_image_id, is_blend), update (status, updated_at) on spike_land.image_enhancement_jobs to authenticated;

create policy "People read their own jobs" on spike_land.image_enhancement_jobs for select to authenticated
  using (user_id = (select spike_land_private.me()));

create policy "People enhance their own images" on spike_land.image_enhancement_jobs for insert to authenticated
  with check (
    user_id = (select spike_land_private.me())
    and exists (select from spike_land.enhanced_images as i where i.id = image_id and i.user_id = (select spike_land_private.me()))
    -- Asked under the caller's own policies: a row may only point at what its writer can see.
    and (source_image_id is null or exists (select from spike_land.enhanced_images as i where i.id = source_image_id))
    and (pipeline_id is null or exists (select from spike_land.enhancement_pipelines as p where p.id = pipeline_id)));

create policy "People cancel their own jobs" on spike_land.image_enhancement_jobs for update to authenticated
  using (user_id = (select spike_land_private.me()))
  with check (status = 'CANCELLED');
