-- AF-11: by what one may do with it; owners delete. A team is one of the writer's own (trigger guard_project).
revoke all on appforge.projects from anon, authenticated;
grant select, delete, insert (owner_id, team_id, name, description, definition, settings),
  update (team_id, name, description, definition, settings, updated_at) on appforge.projects to authenticated;

create policy "People see projects they may view" on appforge.projects for select to authenticated
  using (id = any ((select appforge_private.project_ids(1))::text[]));

create policy "Owners see what they just made" on appforge.projects for select to authenticated
  using (owner_id = (select appforge_private.me()));

create policy "People make projects of their own" on appforge.projects for insert to authenticated
  with check (owner_id = (select appforge_private.me()));

create policy "Editors change projects" on appforge.projects for update to authenticated
  using (id = any ((select appforge_private.project_ids(2))::text[]));

create policy "Owners delete projects" on appforge.projects for delete to authenticated
  using (id = any ((select appforge_private.project_ids(4))::text[]));
