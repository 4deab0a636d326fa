-- SL-17: with the order. Append-only, written by the database.
revoke all on spike_land.merch_order_events from anon, authenticated, service_role;
grant select on spike_land.merch_order_events to authenticated;
grant select, insert on spike_land.merch_order_events to service_role;

create policy "People see what belongs to their orders" on spike_land.merch_order_events for select to authenticated
  using (order_id = any ((select spike_land_private.own_order_ids())::text[]));
