-- SL-03: of one's own apps. version is counted by the database.
revoke all on spike_land.requirements from anon, authenticated;
grant select, delete, insert (app_id, description, priority, status), update (description, priority, status, updated_at)
  on spike_land.requirements to authenticated;

create policy "People do everything in their own apps" on spike_land.requirements for all to authenticated
  using (app_id = any ((select spike_land_private.own_app_ids())::text[]));
