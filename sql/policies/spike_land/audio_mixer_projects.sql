-- SL-20: one's own.
revoke all on spike_land.audio_mixer_projects from anon, authenticated;
grant select, delete, insert (name, description), update (name, description, updated_at) on spike_land.audio_mixer_projects to authenticated;

create policy "People do everything with their mixes" on spike_land.audio_mixer_projects for all to authenticated
  using (user_id = (select spike_land_private.me()));
