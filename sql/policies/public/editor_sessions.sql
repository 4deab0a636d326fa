-- Whoever sees the project sees who works in it; a person writes their own session, one per project, by upsert.

revoke all on public.editor_sessions from anon, authenticated;
grant select on public.editor_sessions to anon, authenticated;
grant delete on public.editor_sessions to authenticated;
grant insert (id, user_id, project_id, open_files, active_file_id, layout_state, last_active_at) on public.editor_sessions to authenticated;
grant update (id, user_id, project_id, open_files, active_file_id, layout_state, last_active_at) on public.editor_sessions to authenticated;

create policy "Those in the workspace can view its editor sessions" on public.editor_sessions for select to authenticated
  using (project_id = any ((select hedgerow.project_ids())::uuid[]));

create policy "Everybody can view the editor sessions of public projects" on public.editor_sessions for select to anon, authenticated
  using (in_public_project);

create policy "Users can open an editor in projects they see" on public.editor_sessions for insert to authenticated
  with check (user_id = (select auth.uid()) and exists (select from public.projects p where p.id = project_id));

create policy "Users can update their editor sessions" on public.editor_sessions for update to authenticated
  using (user_id = (select auth.uid()) and exists (select from public.projects p where p.id = project_id));

create policy "Users can close their editor sessions" on public.editor_sessions for delete to authenticated
  using (user_id = (select auth.uid()));
