-- IC-10: append-only. Written by service and by the functions that meter; nobody updates or deletes.
revoke all on public.usage_records from anon, authenticated, service_role;
grant select on public.usage_records to authenticated;
grant select, insert on public.usage_records to service_role;

create policy "Users read their own usage" on public.usage_records
  for select to authenticated
  using (user_id = (select auth.uid()));

create policy "Workspace admins read its usage" on public.usage_records
  for select to authenticated
  using (workspace_id = any ((select hedgerow.workspace_ids('admin'))::uuid[]));

create policy "Service records usage" on public.usage_records
  to service_role
  using (true) with check (true);
