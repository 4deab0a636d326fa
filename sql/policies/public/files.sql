-- Whoever sees the project reads its files, members and above write them, admins delete for good.
-- Deleting usually means is_deleted = true: that hides a file and all below it until rpc/restore_file.

revoke all on public.files from anon, authenticated;
grant select on public.files to anon, authenticated;
grant delete on public.files to authenticated;
grant insert (id, project_id, path, name, type, content, mime_type, language, parent_id, storage_path) on public.files to authenticated;
grant update (id, project_id, path, name, type, content, mime_type, language, parent_id, storage_path, is_deleted, updated_at)
  on public.files to authenticated;

-- PostgreSQL wants to see a row after its update as well: the very transaction that hides a file still sees it.
create policy "Those in the workspace can view its files" on public.files for select to authenticated
  using (project_id = any ((select hedgerow.project_ids())::uuid[]) and (is_deleted is not true or updated_at = now()));

create policy "Everybody can view the files of public projects" on public.files for select to anon, authenticated
  using (in_public_project and (is_deleted is not true or updated_at = now()));

create policy "Members can create files" on public.files for insert to authenticated
  with check (exists (
    select from public.projects p
    where p.id = project_id and p.workspace_id = any ((select hedgerow.workspace_ids('member'))::uuid[])));

create policy "Members can change files" on public.files for update to authenticated
  using (exists (
    select from public.projects p
    where p.id = project_id and p.workspace_id = any ((select hedgerow.workspace_ids('member'))::uuid[])));

create policy "Admins can delete files for good" on public.files for delete to authenticated
  using (exists (
    select from public.projects p
    where p.id = project_id and p.workspace_id = any ((select hedgerow.workspace_ids('admin'))::uuid[])));
