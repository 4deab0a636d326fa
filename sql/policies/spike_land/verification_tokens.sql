-- SL-01: written by the trigger on auth.one_time_tokens alone, read by service. No client sees a row.
revoke all on spike_land.verification_tokens from anon, authenticated, service_role;
grant select on spike_land.verification_tokens to service_role;

create policy "Service reads them" on spike_land.verification_tokens for select to service_role
  using (true);
