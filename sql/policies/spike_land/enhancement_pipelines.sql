-- SL-13: one's own, the system's (no user), public ones, and one whose link's token is sent. usage_count and share_token are the database's.
revoke all on spike_land.enhancement_pipelines from anon, authenticated;
grant select on spike_land.enhancement_pipelines to anon, authenticated;
grant delete, insert (name, description, visibility, tier, analysis_config, auto_crop_config, prompt_config, generation_config),
  update (name, description, visibility, tier, analysis_config, auto_crop_config, prompt_config, generation_config, updated_at)
  on spike_land.enhancement_pipelines to authenticated;

create policy "Everybody sees the system's, public and shared pipelines" on spike_land.enhancement_pipelines for select to anon
  using (is_listed or share_token = (select spike_land_private.header_digest()));

create policy "People see their own as well" on spike_land.enhancement_pipelines for select to authenticated
  using (user_id = (select spike_land_private.me()) or is_listed or share_token = (select spike_land_private.header_digest()));

create policy "People make pipelines" on spike_land.enhancement_pipelines for insert to authenticated
  with check (user_id = (select spike_land_private.me()));

create policy "People change their own" on spike_land.enhancement_pipelines for update to authenticated
  using (user_id = (select spike_land_private.me()));

create policy "People delete their own" on spike_land.enhancement_pipelines for delete to authenticated
  using (user_id = (select spike_land_private.me()));
