-- SL-16: made and ended by rpc; their hashes are read by nobody.
revoke all on spike_land.api_keys from anon, authenticated, service_role;
grant select (id, user_id, name, key_prefix, last_used_at, is_active, created_at, updated_at), delete on spike_land.api_keys to authenticated;
grant select (id, user_id, name, key_prefix, last_used_at, is_active, created_at, updated_at), delete on spike_land.api_keys to service_role;

create policy "People see their keys" on spike_land.api_keys for select to authenticated
  using (user_id = (select spike_land_private.me()));

create policy "People delete their keys" on spike_land.api_keys for delete to authenticated
  using (user_id = (select spike_land_private.me()));
