-- SL-15: one's own until it is deleted, which is an action. The status follows the actions.
revoke all on spike_land.boxes from anon, authenticated;
grant select, insert (name, description, tier_id), update (name, description, updated_at) on spike_land.boxes to authenticated;

create policy "People see their own boxes" on spike_land.boxes for select to authenticated
  using (user_id = (select spike_land_private.me()) and deleted_at is null);

create policy "People make boxes of a size that is offered" on spike_land.boxes for insert to authenticated
  with check (
    user_id = (select spike_land_private.me()) and exists (select from spike_land.box_tiers as t where t.id = tier_id));

create policy "People rename their own boxes" on spike_land.boxes for update to authenticated
  using (user_id = (select spike_land_private.me()) and deleted_at is null);
