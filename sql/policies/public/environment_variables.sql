-- IC-24: admins and above. What they read of value_encrypted is the cipher text; clear values come from
-- rpc/reveal_environment_variable, and not at all when secret.
revoke all on public.environment_variables from anon, authenticated, service_role;
grant select, delete,
  insert (id, project_id, key, value_encrypted, environment, is_secret),
  -- An upsert updates every column it was given, the key's among them.
  update (id, project_id, key, value_encrypted, environment, is_secret, updated_at)
  on public.environment_variables to authenticated;
grant select, insert, update, delete on public.environment_variables to service_role;

create policy "Admins read the environment of their projects" on public.environment_variables
  for select to authenticated
  using (project_id = any ((select hedgerow.project_ids('admin'))::uuid[]));

create policy "Admins set variables" on public.environment_variables
  for insert to authenticated
  with check (project_id = any ((select hedgerow.project_ids('admin'))::uuid[]));

create policy "Admins change variables" on public.environment_variables
  for update to authenticated
  using (project_id = any ((select hedgerow.project_ids('admin'))::uuid[]));

create policy "Admins delete variables" on public.environment_variables
  for delete to authenticated
  using (project_id = any ((select hedgerow.project_ids('admin'))::uuid[]));

create policy "Service manages variables" on public.environment_variables
  to service_role
  using (true) with check (true);
