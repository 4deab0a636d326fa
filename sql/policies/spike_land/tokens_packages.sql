-- SL-06: active ones are public, admins write.
revoke all on spike_land.tokens_packages from anon, authenticated;
grant select on spike_land.tokens_packages to anon, authenticated;
grant delete, insert (name, tokens, price_usd, stripe_price_id, active, sort_order), update (name, tokens, price_usd, stripe_price_id, active, sort_order, updated_at)
  on spike_land.tokens_packages to authenticated;

create policy "Everybody sees what is active, admins the rest too" on spike_land.tokens_packages for select to anon, authenticated
  using (active = any ((select spike_land_private.sees_active())::boolean[]));

create policy "Admins add" on spike_land.tokens_packages for insert to authenticated
  with check ((select spike_land_private.is_admin()));

create policy "Admins change" on spike_land.tokens_packages for update to authenticated
  using ((select spike_land_private.is_admin()));

create policy "Admins remove" on spike_land.tokens_packages for delete to authenticated
  using ((select spike_land_private.is_admin()));
