-- WB-10: service only. Workers (hedgerow_jobs) hold no right on the table; they use the queue's functions.
revoke all on web_builder.job_queue from anon, authenticated;

create policy "Service manages jobs" on web_builder.job_queue to service_role
  using (true) with check (true);
