-- WB-10: those flagged public are everybody's to read; written by service.
revoke all on web_builder.app_settings from anon, authenticated;
grant select on web_builder.app_settings to anon, authenticated;

create policy "Everybody reads public settings" on web_builder.app_settings for select to anon, authenticated
  using (is_public);
