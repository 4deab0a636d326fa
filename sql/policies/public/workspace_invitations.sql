-- Read by the workspace's admins and by whoever owns the invited address. Written by functions only (rpc/invite_member,
-- accept_invitation, decline_invitation, revoke_invitation), because each of them is more than one row.

revoke all on public.workspace_invitations from anon, authenticated;
grant select on public.workspace_invitations to authenticated;

create policy "Admins can view their workspaces' invitations" on public.workspace_invitations for select to authenticated
  using (workspace_id = any ((select hedgerow.workspace_ids('admin'))::uuid[]));

create policy "People can view invitations to their address" on public.workspace_invitations for select to authenticated
  using (email = (select hedgerow.confirmed_email()));
