-- SL-01: written by the trigger on auth.identities alone.
revoke all on spike_land.accounts from anon, authenticated, service_role;
grant select on spike_land.accounts to authenticated;
grant select on spike_land.accounts to service_role;

create policy "People read their own" on spike_land.accounts for select to authenticated
  using (user_id = (select spike_land_private.me()));
