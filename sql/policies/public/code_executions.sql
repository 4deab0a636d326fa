-- IC-16: own rows, begun through rpc/run_code; the results are written by service.
revoke all on public.code_executions from anon, authenticated, service_role;
grant select on public.code_executions to authenticated;
grant select, insert, delete,
  update (stdout, stderr, compile_output, status, exit_code, execution_time_ms, memory_kb, token)
  on public.code_executions to service_role;

create policy "Users read their own executions" on public.code_executions
  for select to authenticated
  using (user_id = (select auth.uid()));

create policy "Service manages executions" on public.code_executions
  to service_role
  using (true) with check (true);
