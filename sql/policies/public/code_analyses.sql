-- IC-12: seen by those who see the project, until they expire; written by service.
revoke all on public.code_analyses from anon, authenticated, service_role;
grant select on public.code_analyses to anon, authenticated;
grant select, insert, update, delete on public.code_analyses to service_role;

create policy "Those in the workspace read its analyses" on public.code_analyses
  for select to authenticated
  using (project_id = any ((select hedgerow.project_ids())::uuid[]) and (expires_at is null or expires_at > now()));

create policy "Everybody reads the analyses of public projects" on public.code_analyses
  for select to anon, authenticated
  using (in_public_project and (expires_at is null or expires_at > now()));

create policy "Service manages code analyses" on public.code_analyses
  to service_role
  using (true) with check (true);
