-- SL-21: service writes, admins read. Append-only.
revoke all on spike_land.agent_session_activities from anon, authenticated, service_role;
grant select on spike_land.agent_session_activities to authenticated;
grant select, insert, delete on spike_land.agent_session_activities to service_role;

create policy "Admins read them" on spike_land.agent_session_activities for select to authenticated
  using (id between (select spike_land_private.admin_sees_from()) and (select spike_land_private.admin_sees_to()));
