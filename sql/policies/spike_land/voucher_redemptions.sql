-- SL-08: written by rpc/redeem_voucher.
revoke all on spike_land.voucher_redemptions from anon, authenticated;
grant select on spike_land.voucher_redemptions to authenticated;

create policy "People read their own" on spike_land.voucher_redemptions for select to authenticated
  using (user_id = (select spike_land_private.me()));
