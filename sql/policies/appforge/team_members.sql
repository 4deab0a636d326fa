-- AF-10: members see each other; whoever manages members changes them, up to their own role (trigger guard_member); everybody may leave.
revoke all on appforge.team_members from anon, authenticated;
grant select, delete, insert (team_id, user_id, role, permissions), update (team_id, user_id, role, permissions) on appforge.team_members to authenticated;

create policy "Members see members" on appforge.team_members for select to authenticated
  using (team_id = any ((select appforge_private.team_ids('viewer'))::text[]));

create policy "Managers add members" on appforge.team_members for insert to authenticated
  with check (team_id = any ((select appforge_private.managed_team_ids())::text[]));

create policy "Managers change members" on appforge.team_members for update to authenticated
  using (team_id = any ((select appforge_private.managed_team_ids())::text[]));

create policy "Managers remove members, and everyone can leave" on appforge.team_members for delete to authenticated
  using (user_id = (select appforge_private.me()) or team_id = any ((select appforge_private.managed_team_ids())::text[]));
