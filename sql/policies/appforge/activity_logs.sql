-- AF-13: append-only, written by triggers; read by whoever may view the project.
revoke all on appforge.activity_logs from anon, authenticated;
revoke all on appforge.activity_logs from service_role;
grant select on appforge.activity_logs to authenticated, service_role;

create policy "People see what happened in their projects" on appforge.activity_logs for select to authenticated
  using (project_id = any ((select appforge_private.project_ids(1))::text[]));
