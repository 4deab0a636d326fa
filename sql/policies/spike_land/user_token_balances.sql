-- SL-05: moved by token_transactions alone, whoever writes those.
revoke all on spike_land.user_token_balances from anon, authenticated, service_role;
grant select on spike_land.user_token_balances to authenticated;
grant select on spike_land.user_token_balances to service_role;

create policy "People read their own" on spike_land.user_token_balances for select to authenticated
  using (user_id = (select spike_land_private.me()));
