-- SL-18: written by rpc/start_visit and its sisters, anonymously; read by admins.
revoke all on spike_land.visitor_sessions from anon, authenticated;
grant select on spike_land.visitor_sessions to authenticated;

create policy "Admins read them" on spike_land.visitor_sessions for select to authenticated
  using (id between (select spike_land_private.admin_sees_from()) and (select spike_land_private.admin_sees_to()));
