-- AB-04: append-only for people, in their own projects; the builder (service) answers.
revoke all on app_builder.generations from anon, authenticated;
grant select, insert (project_id, user_id, agent_type, prompt) on app_builder.generations to authenticated;

create policy "People see their generations, admins all" on app_builder.generations for select to authenticated
  using (user_id between (select app_builder_private.sees_from()) and (select app_builder_private.sees_to()));

create policy "People ask in their own projects" on app_builder.generations for insert to authenticated
  with check (user_id = (select app_builder_private.me()) and app_builder_private.owns_project(project_id));
