-- SL-19: an admin's own. What is read of the tokens is cipher text; rpc/reveal_marketing_tokens has them in clear, for service.
revoke all on spike_land.marketing_accounts from anon, authenticated;
grant select, delete, insert (platform, account_id, account_name, access_token, refresh_token, expires_at, is_active),
  update (account_name, access_token, refresh_token, expires_at, is_active, updated_at)
  on spike_land.marketing_accounts to authenticated;

create policy "Admins do everything with their own" on spike_land.marketing_accounts for all to authenticated
  using (user_id = (select spike_land_private.me()) and (select spike_land_private.is_admin()));
