-- SL-01: written by the trigger on auth.sessions alone.
revoke all on spike_land.sessions from anon, authenticated, service_role;
grant select on spike_land.sessions to authenticated;
grant select on spike_land.sessions to service_role;

create policy "People read their own" on spike_land.sessions for select to authenticated
  using (user_id = (select spike_land_private.me()));
