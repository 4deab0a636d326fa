-- Members see each other's membership; admins manage it; everyone may leave. What an admin may not do to an owner, and that
-- nobody grants more than they hold, is the table's trigger check_member_rank: it compares the row before and after.

revoke all on public.workspace_members from anon, authenticated;
grant select, delete on public.workspace_members to authenticated;
grant insert (workspace_id, user_id, role) on public.workspace_members to authenticated;
-- An upsert names its key columns too; the trigger keep_columns holds them.
grant update (workspace_id, user_id, role) on public.workspace_members to authenticated;

create policy "Members can view the members of their workspaces" on public.workspace_members for select to authenticated
  using (workspace_id = any ((select hedgerow.workspace_ids())::uuid[]));

create policy "Admins can add members" on public.workspace_members for insert to authenticated
  with check (workspace_id = any ((select hedgerow.workspace_ids('admin'))::uuid[]));

create policy "Admins can change roles" on public.workspace_members for update to authenticated
  using (workspace_id = any ((select hedgerow.workspace_ids('admin'))::uuid[]));

create policy "Admins can remove members, and everyone can leave" on public.workspace_members for delete to authenticated
  using (user_id = (select auth.uid()) or workspace_id = any ((select hedgerow.workspace_ids('admin'))::uuid[]));
