-- SL-20: of one's own mixes, with files of one's own folder. sort_order is rpc/reorder_tracks'.
revoke all on spike_land.audio_tracks from anon, authenticated;
grant select, delete,
  insert (project_id, name, file_url, file_r2_key, file_format, duration, file_size_bytes, volume, muted, solo, storage_type),
  update (name, volume, muted, solo, updated_at)
  on spike_land.audio_tracks to authenticated;

create policy "People see the tracks of their mixes" on spike_land.audio_tracks for select to authenticated
  using (project_id = any ((select spike_land_private.own_mix_ids())::text[]));

create policy "People add tracks from their folder" on spike_land.audio_tracks for insert to authenticated
  with check (
    project_id = any ((select spike_land_private.own_mix_ids())::text[])
    and (file_r2_key is null or starts_with(file_r2_key, (select spike_land_private.me()) || '/')));

create policy "People mix their tracks" on spike_land.audio_tracks for update to authenticated
  using (project_id = any ((select spike_land_private.own_mix_ids())::text[]));

create policy "People remove tracks of their mixes" on spike_land.audio_tracks for delete to authenticated
  using (project_id = any ((select spike_land_private.own_mix_ids())::text[]));
