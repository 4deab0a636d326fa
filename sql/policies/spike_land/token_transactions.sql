-- SL-05: the ledger is append-only; service and the platform's functions enter.
revoke all on spike_land.token_transactions from anon, authenticated, service_role;
grant select on spike_land.token_transactions to authenticated;
grant select, insert on spike_land.token_transactions to service_role;

create policy "People read their own" on spike_land.token_transactions for select to authenticated
  using (user_id = (select spike_land_private.me()));
