-- WB-03: one's own. Credentials are written, never read; the states of connection and sync are service's.
revoke all on web_builder.platform_integrations from anon, authenticated, service_role;
grant select (id, user_id, platform_type, connection_status, account_name, account_email, platform_metadata, last_sync_at, sync_status,
    sync_error_message, created_at, updated_at),
  delete,
  insert (user_id, platform_type, account_name, account_email, encrypted_credentials, platform_metadata),
  update (account_name, account_email, encrypted_credentials, platform_metadata, updated_at)
  on web_builder.platform_integrations to authenticated;
grant select, insert, update, delete on web_builder.platform_integrations to service_role;

create policy "People see their integrations" on web_builder.platform_integrations for select to authenticated
  using (user_id = (select web_builder_private.me()));

create policy "People connect platforms" on web_builder.platform_integrations for insert to authenticated
  with check (user_id = (select web_builder_private.me()));

create policy "People change their integrations" on web_builder.platform_integrations for update to authenticated
  using (user_id = (select web_builder_private.me()));

create policy "People remove their integrations" on web_builder.platform_integrations for delete to authenticated
  using (user_id = (select web_builder_private.me()));
