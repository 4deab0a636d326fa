-- AF-02: read by buyer and creator, made by rpc/purchase_template, ended by service.
revoke all on appforge.marketplace_purchases from anon, authenticated;
grant select on appforge.marketplace_purchases to authenticated;

create policy "Buyers see their purchases" on appforge.marketplace_purchases for select to authenticated
  using (buyer_id = (select appforge_private.me()));

create policy "Creators see their sales" on appforge.marketplace_purchases for select to authenticated
  using (creator_id = (select appforge_private.me()));
