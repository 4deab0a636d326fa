-- SL-17: with the order. A snapshot: made by rpc/checkout, service adds what the provider says.
revoke all on spike_land.merch_order_items from anon, authenticated;
grant select on spike_land.merch_order_items to authenticated;

create policy "People see what belongs to their orders" on spike_land.merch_order_items for select to authenticated
  using (order_id = any ((select spike_land_private.own_order_ids())::text[]));
