-- AF-19: by the project's admins and service.
revoke all on appforge.security_audits from anon, authenticated;
grant select, delete, insert (project_id, audit_type, findings, remediation_recommendations, completed_at, next_audit_scheduled_at),
  update (findings, remediation_recommendations, completed_at, next_audit_scheduled_at) on appforge.security_audits to authenticated;

create policy "Admins see audits" on appforge.security_audits for select to authenticated
  using (project_id = any ((select appforge_private.project_ids(3))::text[]));

create policy "Admins add audits" on appforge.security_audits for insert to authenticated
  with check (project_id = any ((select appforge_private.project_ids(3))::text[]));

create policy "Admins change audits" on appforge.security_audits for update to authenticated
  using (project_id = any ((select appforge_private.project_ids(3))::text[]));

create policy "Admins delete audits" on appforge.security_audits for delete to authenticated
  using (project_id = any ((select appforge_private.project_ids(3))::text[]));
