-- IC-17: read by the workspace's members, written by its admins and above; synchronised by service.
revoke all on public.git_repositories from anon, authenticated, service_role;
grant select, delete,
  insert (id, project_id, provider, repo_url, repo_full_name, default_branch),
  -- An upsert updates every column it was given, the key's among them.
  update (id, project_id, provider, repo_url, repo_full_name, default_branch, updated_at)
  on public.git_repositories to authenticated;
grant select, insert, update, delete on public.git_repositories to service_role;

create policy "Members read the repositories of their projects" on public.git_repositories
  for select to authenticated
  using (project_id = any ((select hedgerow.project_ids('viewer'))::uuid[]));

create policy "Admins connect repositories" on public.git_repositories
  for insert to authenticated
  with check (project_id = any ((select hedgerow.project_ids('admin'))::uuid[]));

create policy "Admins change repositories" on public.git_repositories
  for update to authenticated
  using (project_id = any ((select hedgerow.project_ids('admin'))::uuid[]));

create policy "Admins disconnect repositories" on public.git_repositories
  for delete to authenticated
  using (project_id = any ((select hedgerow.project_ids('admin'))::uuid[]));

create policy "Service manages repositories" on public.git_repositories
  to service_role
  using (true) with check (true);
