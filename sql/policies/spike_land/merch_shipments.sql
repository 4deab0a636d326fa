-- SL-17: with the order; written by service and webhooks.
revoke all on spike_land.merch_shipments from anon, authenticated;
grant select on spike_land.merch_shipments to authenticated;

create policy "People see what belongs to their orders" on spike_land.merch_shipments for select to authenticated
  using (order_id = any ((select spike_land_private.own_order_ids())::text[]));
