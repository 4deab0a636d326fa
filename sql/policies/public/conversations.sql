-- Whoever sees the project reads its conversations. Members and above hold their own; admins tidy up everybody's.

revoke all on public.conversations from anon, authenticated;
grant select on public.conversations to anon, authenticated;
grant delete on public.conversations to authenticated;
grant insert (id, project_id, user_id, title, context, is_archived) on public.conversations to authenticated;
grant update (id, project_id, user_id, title, context, is_archived, updated_at) on public.conversations to authenticated;

create policy "Those in the workspace can view its conversations" on public.conversations for select to authenticated
  using (project_id = any ((select hedgerow.project_ids())::uuid[]));

create policy "Everybody can view the conversations of public projects" on public.conversations for select to anon, authenticated
  using (in_public_project);

create policy "Members can start conversations" on public.conversations for insert to authenticated
  with check (
    user_id = (select auth.uid())
    and exists (
      select from public.projects p
      where p.id = project_id and p.workspace_id = any ((select hedgerow.workspace_ids('member'))::uuid[])));

create policy "Members can update their conversations, admins all" on public.conversations for update to authenticated
  using (exists (
    select from public.projects p
    where p.id = project_id
      and (p.workspace_id = any ((select hedgerow.workspace_ids('admin'))::uuid[])
        or user_id = (select auth.uid()) and p.workspace_id = any ((select hedgerow.workspace_ids('member'))::uuid[]))));

create policy "Members can delete their conversations, admins all" on public.conversations for delete to authenticated
  using (exists (
    select from public.projects p
    where p.id = project_id
      and (p.workspace_id = any ((select hedgerow.workspace_ids('admin'))::uuid[])
        or user_id = (select auth.uid()) and p.workspace_id = any ((select hedgerow.workspace_ids('member'))::uuid[]))));
