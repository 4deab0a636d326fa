-- A person's own. The tokens are written in clear and stored encrypted; what a client reads back is cipher text, as with
-- every encrypted column: hiding the columns would make `select=*` and `return=representation` fail.

revoke all on public.oauth_connections from anon, authenticated;
grant insert (id, user_id, provider, provider_user_id, access_token, refresh_token, token_expires_at, scopes, metadata)
  on public.oauth_connections to authenticated;
grant update (id, user_id, provider, provider_user_id, access_token, refresh_token, token_expires_at, scopes, metadata, updated_at)
  on public.oauth_connections to authenticated;
grant select, delete on public.oauth_connections to authenticated;

create policy "Users can do everything with their connections" on public.oauth_connections for all to authenticated
  using (user_id = (select auth.uid()));
