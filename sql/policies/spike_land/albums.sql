-- SL-12: one's own, public ones, and one whose link's token is sent. UNLISTED comes with rpc/share_album.
revoke all on spike_land.albums from anon, authenticated;
grant select on spike_land.albums to anon, authenticated;
grant delete, insert (name, description, cover_image_id, privacy, default_tier, sort_order, pipeline_id),
  update (name, description, cover_image_id, privacy, default_tier, sort_order, pipeline_id, updated_at)
  on spike_land.albums to authenticated;

create policy "Everybody sees public and shared albums" on spike_land.albums for select to anon
  using (is_listed or share_token = (select spike_land_private.header_digest()));

create policy "People see their own as well" on spike_land.albums for select to authenticated
  using (user_id = (select spike_land_private.me()) or is_listed or share_token = (select spike_land_private.header_digest()));

create policy "People make albums" on spike_land.albums for insert to authenticated
  with check (user_id = (select spike_land_private.me()) and (pipeline_id is null or exists (select from spike_land.enhancement_pipelines as p where p.id = pipeline_id)));

create policy "People change their own" on spike_land.albums for update to authenticated
  using (user_id = (select spike_land_private.me()))
  with check (user_id = (select spike_land_private.me()) and (pipeline_id is null or exists (select from spike_land.enhancement_pipelines as p where p.id = pipeline_id)));

create policy "People delete their own" on spike_land.albums for delete to authenticated
  using (user_id = (select spike_land_private.me()));
