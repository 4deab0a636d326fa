-- AF-03: read by the creator, written by purchases and by billing.
revoke all on appforge.commissions from anon, authenticated;
grant select on appforge.commissions to authenticated;

create policy "Creators see their commissions" on appforge.commissions for select to authenticated
  using (creator_id = (select appforge_private.me()));
