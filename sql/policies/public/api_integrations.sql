-- IC-21: own rows; one in a workspace needs a member of it. last_used_at is service's.
revoke all on public.api_integrations from anon, authenticated, service_role;
grant select, delete,
  insert (id, user_id, workspace_id, provider, api_key_encrypted, config, is_active),
  -- An upsert updates every column it was given, the key's among them.
  update (id, user_id, workspace_id, provider, api_key_encrypted, config, is_active, updated_at)
  on public.api_integrations to authenticated;
grant select, insert, update, delete on public.api_integrations to service_role;

create policy "Users read their own integrations" on public.api_integrations
  for select to authenticated
  using (user_id = (select auth.uid()));

create policy "Users add integrations" on public.api_integrations
  for insert to authenticated
  with check (
    user_id = (select auth.uid())
    and (workspace_id is null or workspace_id = any ((select hedgerow.workspace_ids('member'))::uuid[]))
  );

create policy "Users change their own integrations" on public.api_integrations
  for update to authenticated
  using (user_id = (select auth.uid()))
  with check (
    user_id = (select auth.uid())
    and (workspace_id is null or workspace_id = any ((select hedgerow.workspace_ids('member'))::uuid[]))
  );

create policy "Users remove their own integrations" on public.api_integrations
  for delete to authenticated
  using (user_id = (select auth.uid()));

create policy "Service manages integrations" on public.api_integrations
  to service_role
  using (true) with check (true);
