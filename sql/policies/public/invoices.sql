-- IC-08: read by the user of their customer, written by billing.
revoke all on public.invoices from anon, authenticated, service_role;
grant select on public.invoices to authenticated;
grant select, insert, update, delete on public.invoices to service_role;

create policy "Users read their own invoices" on public.invoices
  for select to authenticated
  using (customer_id = any ((select hedgerow.customer_ids())::uuid[]));

create policy "Service manages invoices" on public.invoices
  to service_role
  using (true) with check (true);
