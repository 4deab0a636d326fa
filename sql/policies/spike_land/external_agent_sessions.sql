-- SL-21: service writes, admins read.
revoke all on spike_land.external_agent_sessions from anon, authenticated;
grant select on spike_land.external_agent_sessions to authenticated;

create policy "Admins read them" on spike_land.external_agent_sessions for select to authenticated
  using (id between (select spike_land_private.admin_sees_from()) and (select spike_land_private.admin_sees_to()));
