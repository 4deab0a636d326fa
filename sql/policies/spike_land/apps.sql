-- SL-02: one's own, and ACTIVE ones. forked_from is rpc/fork_app's.
revoke all on spike_land.apps from anon, authenticated;
grant select on spike_land.apps to anon, authenticated;
grant insert (name, description, domain), update (name, description, status, domain, updated_at), delete on spike_land.apps to authenticated;

create policy "Everybody sees ACTIVE apps" on spike_land.apps for select to anon
  using (is_listed);

create policy "People see their own apps and ACTIVE ones" on spike_land.apps for select to authenticated
  using (user_id = (select spike_land_private.me()) or is_listed);

create policy "People make apps" on spike_land.apps for insert to authenticated
  with check (user_id = (select spike_land_private.me()));

create policy "People change their own apps" on spike_land.apps for update to authenticated
  using (user_id = (select spike_land_private.me()));

create policy "People delete their own apps" on spike_land.apps for delete to authenticated
  using (user_id = (select spike_land_private.me()));
