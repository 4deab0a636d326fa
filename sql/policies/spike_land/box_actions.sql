-- SL-15: ordered for one's own boxes; carried out by workers, with the service key.
revoke all on spike_land.box_actions from anon, authenticated;
grant select, insert (box_id, action, metadata) on spike_land.box_actions to authenticated;

create policy "People see what they ordered" on spike_land.box_actions for select to authenticated
  using (box_id = any ((select spike_land_private.own_box_ids())::text[]));

create policy "People order actions of their boxes" on spike_land.box_actions for insert to authenticated
  with check (box_id = any ((select spike_land_private.own_box_ids())::text[]) and action <> 'CREATE');
