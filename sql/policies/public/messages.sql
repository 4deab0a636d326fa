-- Append-only: there is no way to change or delete one. Read by those who see the project, written by members and above.

revoke all on public.messages from anon, authenticated;
grant select on public.messages to anon, authenticated;
grant insert (id, conversation_id, role, content, metadata, tokens_used, model) on public.messages to authenticated;

create policy "Those in the workspace can view its messages" on public.messages for select to authenticated
  using (project_id = any ((select hedgerow.project_ids())::uuid[]));

create policy "Everybody can view the messages of public projects" on public.messages for select to anon, authenticated
  using (in_public_project);

create policy "Members can write messages" on public.messages for insert to authenticated
  with check (exists (
    select from public.conversations c
    join public.projects p on p.id = c.project_id
    where c.id = conversation_id and p.workspace_id = any ((select hedgerow.workspace_ids('member'))::uuid[])));
