-- SL-06: written by billing.
revoke all on spike_land.stripe_payments from anon, authenticated;
grant select on spike_land.stripe_payments to authenticated;

create policy "People read their own" on spike_land.stripe_payments for select to authenticated
  using (user_id = (select spike_land_private.me()));
