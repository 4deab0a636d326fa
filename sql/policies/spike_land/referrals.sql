-- SL-09: read by the two and by admins; rpc/use_referral_code and rpc/review_referral write.
revoke all on spike_land.referrals from anon, authenticated;
grant select on spike_land.referrals to authenticated;

create policy "The two see their referral, admins every one" on spike_land.referrals for select to authenticated
  using (referrer_id between (select spike_land_private.sees_from()) and (select spike_land_private.sees_to())
    or referee_id between (select spike_land_private.sees_from()) and (select spike_land_private.sees_to()));
