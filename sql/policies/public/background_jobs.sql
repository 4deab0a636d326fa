-- IC-18: service only. Workers (hedgerow_jobs) hold no right on the table; they use the queue's functions.
revoke all on public.background_jobs from anon, authenticated, service_role;
grant select, insert, update, delete on public.background_jobs to service_role;

create policy "Service manages background jobs" on public.background_jobs
  to service_role
  using (true) with check (true);
