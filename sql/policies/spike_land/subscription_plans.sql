-- SL-07: active ones are public, admins write.
revoke all on spike_land.subscription_plans from anon, authenticated;
grant select on spike_land.subscription_plans to anon, authenticated;
grant delete, insert (name, tier, tokens_per_month, price_gbp, stripe_price_id, max_rollover, priority, api_access, active, sort_order), update (name, tier, tokens_per_month, price_gbp, stripe_price_id, max_rollover, priority, api_access, active, sort_order, updated_at)
  on spike_land.subscription_plans to authenticated;

create policy "Everybody sees what is active, admins the rest too" on spike_land.subscription_plans for select to anon, authenticated
  using (active = any ((select spike_land_private.sees_active())::boolean[]));

create policy "Admins add" on spike_land.subscription_plans for insert to authenticated
  with check ((select spike_land_private.is_admin()));

create policy "Admins change" on spike_land.subscription_plans for update to authenticated
  using ((select spike_land_private.is_admin()));

create policy "Admins remove" on spike_land.subscription_plans for delete to authenticated
  using ((select spike_land_private.is_admin()));
