-- IC-16: own rows, begun through rpc/run_command; the output is written by service.
revoke all on public.terminal_sessions from anon, authenticated, service_role;
grant select on public.terminal_sessions to authenticated;
grant select, insert, update (output, exit_code, duration_ms), delete on public.terminal_sessions to service_role;

create policy "Users read their own terminal sessions" on public.terminal_sessions
  for select to authenticated
  using (user_id = (select auth.uid()));

create policy "Service manages terminal sessions" on public.terminal_sessions
  to service_role
  using (true) with check (true);
