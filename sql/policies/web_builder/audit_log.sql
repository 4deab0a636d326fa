-- WB-11: append-only; people read what was changed of theirs.
revoke all on web_builder.audit_log from anon, authenticated, service_role;
grant select on web_builder.audit_log to authenticated, service_role;

create policy "People see what was changed of theirs" on web_builder.audit_log for select to authenticated
  using (user_id = (select web_builder_private.me()));
