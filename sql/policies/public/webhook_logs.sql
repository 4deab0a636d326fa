-- IC-22: service only.
revoke all on public.webhook_logs from anon, authenticated, service_role;
grant select, insert, update, delete on public.webhook_logs to service_role;

create policy "Service manages webhooks" on public.webhook_logs
  to service_role
  using (true) with check (true);
