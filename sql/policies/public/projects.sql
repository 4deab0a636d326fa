-- Members read, members and above write, admins delete. A public project is read by everybody.

revoke all on public.projects from anon, authenticated;
grant select on public.projects to anon, authenticated;
grant delete on public.projects to authenticated;
grant insert (id, workspace_id, name, slug, description, repository_url, language, framework, visibility, settings)
  on public.projects to authenticated;
grant update (id, workspace_id, name, slug, description, repository_url, language, framework, visibility, settings, updated_at)
  on public.projects to authenticated;

-- The seed writes `workspace_id in (select workspace_id from workspace_members where user_id = auth.uid())`. This asks the
-- same once per statement, as an array that the index on workspace_id answers; the subquery would walk through all projects.
create policy "Users can view workspace projects" on public.projects for select
  using (workspace_id = any ((select hedgerow.workspace_ids())::uuid[]));

create policy "Users can create projects in their workspaces" on public.projects for insert
  with check (workspace_id = any ((select hedgerow.workspace_ids('member'))::uuid[]));

create policy "Everybody can view public projects" on public.projects for select to anon, authenticated
  using (visibility = 'public');

create policy "Members can update workspace projects" on public.projects for update to authenticated
  using (workspace_id = any ((select hedgerow.workspace_ids('member'))::uuid[]));

create policy "Admins can delete workspace projects" on public.projects for delete to authenticated
  using (workspace_id = any ((select hedgerow.workspace_ids('admin'))::uuid[]));
