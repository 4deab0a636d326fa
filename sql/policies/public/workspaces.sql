-- Members see a workspace, admins change it, owners delete it, everyone who is signed in may make one.

revoke all on public.workspaces from anon, authenticated;
grant select, delete on public.workspaces to authenticated;
grant insert (id, name, slug, description, owner_id, settings, is_active) on public.workspaces to authenticated;
grant update (id, name, slug, description, settings, is_active, updated_at) on public.workspaces to authenticated;

create policy "Members can view their workspaces" on public.workspaces for select to authenticated
  -- The creator's membership is written after the row: `returning` must see the row before that.
  using (owner_id = (select auth.uid()) or id = any ((select hedgerow.workspace_ids())::uuid[]));

create policy "Users can create workspaces of their own" on public.workspaces for insert to authenticated
  with check (owner_id = (select auth.uid()));

create policy "Admins can update their workspaces" on public.workspaces for update to authenticated
  using (id = any ((select hedgerow.workspace_ids('admin'))::uuid[]));

create policy "Owners can delete their workspaces" on public.workspaces for delete to authenticated
  using (id = any ((select hedgerow.workspace_ids('owner'))::uuid[]));
