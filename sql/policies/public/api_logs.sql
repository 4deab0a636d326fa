-- IC-19: written by the platform (hedgerow.log_requests) and service, append-only; read by their user.
revoke all on public.api_logs from anon, authenticated, service_role;
grant select on public.api_logs to authenticated;
grant select, insert on public.api_logs to service_role;

create policy "Users read their own requests" on public.api_logs
  for select to authenticated
  using (user_id = (select auth.uid()));

create policy "Service logs requests" on public.api_logs
  to service_role
  using (true) with check (true);
