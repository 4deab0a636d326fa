-- AB-01, AB-02: people read and change themselves, admins read everybody, a super admin changes the role of others (trigger guard_user says
-- what of a row). Tiers are billing's: no client may write them.
revoke all on app_builder.users from anon, authenticated;
grant select, update (name, avatar, role, updated_at) on app_builder.users to authenticated;

create policy "People see themselves, admins everybody" on app_builder.users for select to authenticated
  using (id between (select app_builder_private.sees_from()) and (select app_builder_private.sees_to()));

create policy "People change themselves" on app_builder.users for update to authenticated
  using (id = (select app_builder_private.me()));

create policy "Super admins change others" on app_builder.users for update to authenticated
  using ((select app_builder_private.role_of_caller()) = 'SUPER_ADMIN');
