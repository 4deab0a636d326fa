-- SL-04: of one's own apps; rpc/app_pricing shows those of an ACTIVE one.
revoke all on spike_land.monetization_models from anon, authenticated;
grant select, delete, insert (app_id, type, price, subscription_interval, features), update (type, price, subscription_interval, features, updated_at)
  on spike_land.monetization_models to authenticated;

create policy "People do everything in their own apps" on spike_land.monetization_models for all to authenticated
  using (app_id = any ((select spike_land_private.own_app_ids())::text[]));
