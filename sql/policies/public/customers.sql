-- IC-08: read by their user, written by billing.
revoke all on public.customers from anon, authenticated, service_role;
grant select on public.customers to authenticated;
grant select, insert, update, delete on public.customers to service_role;

create policy "Users read their own customer" on public.customers
  for select to authenticated
  using (user_id = (select auth.uid()));

create policy "Service manages customers" on public.customers
  to service_role
  using (true) with check (true);
