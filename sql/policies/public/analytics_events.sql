-- IC-20: written through rpc/log_event and by service, append-only; read by their user and the workspace's admins.
revoke all on public.analytics_events from anon, authenticated, service_role;
grant select on public.analytics_events to authenticated;
grant select, insert on public.analytics_events to service_role;

create policy "Users read their own events" on public.analytics_events
  for select to authenticated
  using (user_id = (select auth.uid()));

create policy "Workspace admins read its events" on public.analytics_events
  for select to authenticated
  using (workspace_id = any ((select hedgerow.workspace_ids('admin'))::uuid[]));

create policy "Service logs events" on public.analytics_events
  to service_role
  using (true) with check (true);
