-- AF-08: read by whom they tell; written by the database and the sender.
revoke all on appforge.error_alerts from anon, authenticated;
grant select on appforge.error_alerts to authenticated;

create policy "People see their alerts" on appforge.error_alerts for select to authenticated
  using (user_id = (select appforge_private.me()));
