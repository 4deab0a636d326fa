-- A person's own. The tokens are written, never read: they are not among the columns that may be selected, so a client
-- names the columns it wants (`select=id,provider,…`) instead of `*`.

revoke all on public.oauth_connections from anon, authenticated;
grant select (id, user_id, provider, provider_user_id, token_expires_at, scopes, metadata, created_at, updated_at)
  on public.oauth_connections to authenticated;
grant insert (id, user_id, provider, provider_user_id, access_token, refresh_token, token_expires_at, scopes, metadata)
  on public.oauth_connections to authenticated;
grant update (id, user_id, provider, provider_user_id, access_token, refresh_token, token_expires_at, scopes, metadata, updated_at)
  on public.oauth_connections to authenticated;
grant delete on public.oauth_connections to authenticated;

create policy "Users can do everything with their connections" on public.oauth_connections for all to authenticated
  using (user_id = (select auth.uid()));
