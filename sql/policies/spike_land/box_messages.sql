-- SL-15: append-only. People write as USER, agents with the service key.
revoke all on spike_land.box_messages from anon, authenticated, service_role;
grant select, insert (box_id, content) on spike_land.box_messages to authenticated;
grant select, insert, delete on spike_land.box_messages to service_role;

create policy "People read the talk with their boxes" on spike_land.box_messages for select to authenticated
  using (box_id = any ((select spike_land_private.own_box_ids())::text[]));

create policy "People write to their boxes" on spike_land.box_messages for insert to authenticated
  with check (box_id = any ((select spike_land_private.own_box_ids())::text[]) and role = 'USER');
