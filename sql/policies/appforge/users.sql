-- People see and change themselves; colleagues: rpc/list_members, creators: template_catalog.
revoke all on appforge.users from anon, authenticated;
grant select (id, email, name, avatar_url, alert_channel, alert_severity, created_at, updated_at),
  update (name, avatar_url, alert_channel, alert_severity, updated_at) on appforge.users to authenticated;

create policy "People see themselves" on appforge.users for select to authenticated
  using (id = (select appforge_private.me()));

create policy "People change themselves" on appforge.users for update to authenticated
  using (id = (select appforge_private.me()));
