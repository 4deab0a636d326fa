-- Members see a team, admins name it, owners delete it; whoever makes one becomes its owner.
revoke all on appforge.teams from anon, authenticated;
grant select, delete, insert (name), update (name, updated_at) on appforge.teams to authenticated;

create policy "Members see their teams" on appforge.teams for select to authenticated
  using (id = any ((select appforge_private.team_ids('viewer'))::text[]));

create policy "Whoever made a team sees it" on appforge.teams for select to authenticated
  using (created_by = (select appforge_private.me()));

create policy "People make teams" on appforge.teams for insert to authenticated
  with check (created_by = (select appforge_private.me()));

create policy "Admins rename teams" on appforge.teams for update to authenticated
  using (id = any ((select appforge_private.team_ids('admin'))::text[]));

create policy "Owners delete teams" on appforge.teams for delete to authenticated
  using (id = any ((select appforge_private.team_ids('owner'))::text[]));
