-- IC-20: written through rpc/log_error and by service, append-only; read by their user and the workspace's admins.
revoke all on public.error_logs from anon, authenticated, service_role;
grant select on public.error_logs to authenticated;
grant select, insert on public.error_logs to service_role;

create policy "Users read their own errors" on public.error_logs
  for select to authenticated
  using (user_id = (select auth.uid()));

create policy "Workspace admins read the errors of its projects" on public.error_logs
  for select to authenticated
  using (project_id = any ((select hedgerow.project_ids('admin'))::uuid[]));

create policy "Service logs errors" on public.error_logs
  to service_role
  using (true) with check (true);
