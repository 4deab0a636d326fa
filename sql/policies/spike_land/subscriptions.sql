-- SL-07: written by billing; rpc/cancel_subscription and rpc/downgrade_subscription change one's own.
revoke all on spike_land.subscriptions from anon, authenticated;
grant select on spike_land.subscriptions to authenticated;

create policy "People read their own" on spike_land.subscriptions for select to authenticated
  using (user_id = (select spike_land_private.me()));
