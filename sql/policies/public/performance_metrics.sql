-- IC-20: by service, append-only.
revoke all on public.performance_metrics from anon, authenticated, service_role;
grant select, insert on public.performance_metrics to service_role;

create policy "Service measures" on public.performance_metrics
  to service_role
  using (true) with check (true);
