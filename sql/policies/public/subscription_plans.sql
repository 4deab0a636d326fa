-- IC-08: active plans are public, also to visitors who are not signed in; plans are written by service only.
revoke all on public.subscription_plans from anon, authenticated, service_role;
grant select on public.subscription_plans to anon, authenticated;
grant select, insert, update, delete on public.subscription_plans to service_role;

create policy "Anyone reads active plans" on public.subscription_plans
  for select to anon, authenticated
  using (is_active);

create policy "Service manages plans" on public.subscription_plans
  to service_role
  using (true) with check (true);
