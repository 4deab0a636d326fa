-- AF-20: admins. Values are written, and read by rpc/reveal_secret alone.
revoke all on appforge.encrypted_secrets from anon, authenticated;
revoke all on appforge.encrypted_secrets from service_role;
grant select, insert, update, delete on appforge.encrypted_secrets to service_role;
grant select (id, project_id, secret_name, secret_type, created_by, created_at, last_accessed_at, access_count), delete,
  insert (project_id, secret_name, secret_value, secret_type), update (secret_name, secret_value, secret_type) on appforge.encrypted_secrets to authenticated;

create policy "Admins see secrets" on appforge.encrypted_secrets for select to authenticated
  using (project_id = any ((select appforge_private.project_ids(3))::text[]));

create policy "Admins add secrets" on appforge.encrypted_secrets for insert to authenticated
  with check (project_id = any ((select appforge_private.project_ids(3))::text[]));

create policy "Admins change secrets" on appforge.encrypted_secrets for update to authenticated
  using (project_id = any ((select appforge_private.project_ids(3))::text[]));

create policy "Admins delete secrets" on appforge.encrypted_secrets for delete to authenticated
  using (project_id = any ((select appforge_private.project_ids(3))::text[]));
