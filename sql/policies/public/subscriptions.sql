-- IC-08: read by the user of their customer, written by billing.
revoke all on public.subscriptions from anon, authenticated, service_role;
grant select on public.subscriptions to authenticated;
grant select, insert, update, delete on public.subscriptions to service_role;

create policy "Users read their own subscriptions" on public.subscriptions
  for select to authenticated
  using (customer_id = any ((select hedgerow.customer_ids())::uuid[]));

create policy "Service manages subscriptions" on public.subscriptions
  to service_role
  using (true) with check (true);
