-- SL-01: people see themselves, admins everybody; the role is rpc/set_user_role's, counters and codes are the database's.
revoke all on spike_land.users from anon, authenticated;
grant select, update (name, image, updated_at) on spike_land.users to authenticated;

create policy "People see themselves, admins everybody" on spike_land.users for select to authenticated
  using (id between (select spike_land_private.sees_from()) and (select spike_land_private.sees_to()));

create policy "People change themselves" on spike_land.users for update to authenticated
  using (id = (select spike_land_private.me()));
