-- WB-01: oneself. Tier, status, end and is_active are billing's and service's.
revoke all on web_builder.users from anon, authenticated;
grant select, update (name, avatar_url, settings, updated_at) on web_builder.users to authenticated;

create policy "People see themselves" on web_builder.users for select to authenticated
  using (id = (select web_builder_private.me()));

create policy "People change themselves" on web_builder.users for update to authenticated
  using (id = (select web_builder_private.me()));
