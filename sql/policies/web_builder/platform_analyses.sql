-- WB-03: read with the integration, written by service.
revoke all on web_builder.platform_analyses from anon, authenticated;
grant select on web_builder.platform_analyses to authenticated;

create policy "People see the analyses of their integrations" on web_builder.platform_analyses for select to authenticated
  using (integration_id = any ((select web_builder_private.my_integrations())::uuid[]));
