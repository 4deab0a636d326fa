-- SL-17: service only.
revoke all on spike_land.merch_webhook_events from anon, authenticated;

create policy "Service reads and writes them" on spike_land.merch_webhook_events for all to service_role
  using (true)
  with check (true);
