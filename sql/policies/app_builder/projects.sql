-- One's own; admins read all. What the builder reports (paths, URLs, deployed_at) no client writes; of the status people write what starts
-- something (trigger guard_project_status).
revoke all on app_builder.projects from anon, authenticated;
grant select, delete,
  insert (name, description, template, config, features, repository_url, user_id),
  update (name, description, template, status, config, features, repository_url, updated_at)
  on app_builder.projects to authenticated;

create policy "People see their projects, admins all" on app_builder.projects for select to authenticated
  using (user_id between (select app_builder_private.sees_from()) and (select app_builder_private.sees_to()));

create policy "People make projects of their own" on app_builder.projects for insert to authenticated
  with check (user_id = (select app_builder_private.me()));

create policy "People change their projects" on app_builder.projects for update to authenticated
  using (user_id = (select app_builder_private.me()));

create policy "People delete their projects" on app_builder.projects for delete to authenticated
  using (user_id = (select app_builder_private.me()));
