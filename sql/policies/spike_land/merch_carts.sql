-- SL-17: one's own, one a person.
revoke all on spike_land.merch_carts from anon, authenticated;
grant select, insert (user_id), delete on spike_land.merch_carts to authenticated;

create policy "People see their cart" on spike_land.merch_carts for select to authenticated
  using (user_id = (select spike_land_private.me()));

create policy "People make their cart" on spike_land.merch_carts for insert to authenticated
  with check (user_id = (select spike_land_private.me()));

create policy "People throw their cart away" on spike_land.merch_carts for delete to authenticated
  using (user_id = (select spike_land_private.me()));
