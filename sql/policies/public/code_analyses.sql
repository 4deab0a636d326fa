-- IC-12: seen by those who see the project, until they expire; written by service.
revoke all on public.code_analyses from anon, authenticated, service_role;
grant select on public.code_analyses to anon, authenticated;
grant select, insert, update, delete on public.code_analyses to service_role;

-- The inner query runs under the policies of projects: whoever sees the project sees its analyses.
create policy "Those who see the project read its analyses" on public.code_analyses
  for select to anon, authenticated
  using (
    (expires_at is null or expires_at > now())
    and exists (select from public.projects as p where p.id = project_id)
  );

create policy "Service manages code analyses" on public.code_analyses
  to service_role
  using (true) with check (true);
