-- SL-16: one's own, with a key or without. What a person may change is to cancel.
revoke all on spike_land.mcp_generation_jobs from anon, authenticated;
grant select, insert (type, tier, prompt, input_image_url, input_image_r2_key), update (status, updated_at) on spike_land.mcp_generation_jobs to authenticated;

create policy "People read their own jobs" on spike_land.mcp_generation_jobs for select to authenticated
  using (user_id = (select spike_land_private.me()));

create policy "People ask for pictures" on spike_land.mcp_generation_jobs for insert to authenticated
  with check (
    user_id = (select spike_land_private.me()) and (input_image_r2_key is null or starts_with(input_image_r2_key, (select spike_land_private.me()) || '/')));

create policy "People cancel their own jobs" on spike_land.mcp_generation_jobs for update to authenticated
  using (user_id = (select spike_land_private.me()))
  with check (status = 'CANCELLED');
