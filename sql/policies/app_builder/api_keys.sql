-- AB-05: made and ended by rpc; their hashes are read by nobody. Admins do not see the keys of others: chosen.
revoke all on app_builder.api_keys from anon, authenticated, service_role;
grant select (id, user_id, name, key_prefix, created_at, last_used_at, expires_at, revoked_at), delete on app_builder.api_keys to authenticated;
grant select (id, user_id, name, key_prefix, created_at, last_used_at, expires_at, revoked_at), delete on app_builder.api_keys to service_role;

create policy "People see their API keys" on app_builder.api_keys for select to authenticated
  using (user_id = (select app_builder_private.me()));

create policy "People delete their API keys" on app_builder.api_keys for delete to authenticated
  using (user_id = (select app_builder_private.me()));
