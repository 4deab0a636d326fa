-- AF-18: read with the project, without the snapshot itself; made by rpc/create_project_version.
revoke all on appforge.project_versions from anon, authenticated;
grant select (id, project_id, version_number, created_by, changes, is_current, created_at) on appforge.project_versions to authenticated;

create policy "People see the versions of their projects" on appforge.project_versions for select to authenticated
  using (project_id = any ((select appforge_private.project_ids(1))::text[]));
