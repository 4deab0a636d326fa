-- SL-17: made by rpc/checkout, advanced by service and webhooks; rpc/cancel_order.
revoke all on spike_land.merch_orders from anon, authenticated;
grant select on spike_land.merch_orders to authenticated;

create policy "People read their own" on spike_land.merch_orders for select to authenticated
  using (user_id = (select spike_land_private.me()));
