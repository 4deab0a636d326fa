-- What roles allow is everybody's to read; changed by migrations alone.
revoke all on appforge.role_permissions from anon, authenticated;
revoke all on appforge.role_permissions from service_role;
grant select on appforge.role_permissions to authenticated, service_role;

create policy "Everybody signed in reads what roles allow" on appforge.role_permissions for select to authenticated
  using (true);
