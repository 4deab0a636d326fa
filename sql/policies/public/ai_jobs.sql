-- IC-11: created and canceled by their user, advanced by service. A job in a project needs a member of its workspace;
-- one without a project is the user's own affair.
revoke all on public.ai_jobs from anon, authenticated, service_role;
grant select, insert (id, user_id, project_id, job_type, status, input, model), update (status) on public.ai_jobs to authenticated;
grant select, insert, update, delete on public.ai_jobs to service_role;

create policy "Users read their own AI jobs" on public.ai_jobs
  for select to authenticated
  using (user_id = (select auth.uid()));

create policy "Users create AI jobs" on public.ai_jobs
  for insert to authenticated
  with check (
    user_id = (select auth.uid())
    and status = 'pending'
    and (project_id is null or project_id = any ((select hedgerow.project_ids('member'))::uuid[]))
  );

create policy "Users cancel their own AI jobs" on public.ai_jobs
  for update to authenticated
  using (user_id = (select auth.uid()))
  with check (user_id = (select auth.uid()) and status = 'canceled');

create policy "Service manages AI jobs" on public.ai_jobs
  to service_role
  using (true) with check (true);
