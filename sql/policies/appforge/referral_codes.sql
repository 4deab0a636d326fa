-- AF-05: one's own. Nobody lists the codes of others; a code is tried by buying with it.
revoke all on appforge.referral_codes from anon, authenticated;
grant select, delete, insert (creator_id, code, discount_percentage, max_uses, is_active, expires_at),
  update (max_uses, is_active, expires_at) on appforge.referral_codes to authenticated;

create policy "Creators see their codes" on appforge.referral_codes for select to authenticated
  using (creator_id = (select appforge_private.me()));

create policy "Creators make codes" on appforge.referral_codes for insert to authenticated
  with check (creator_id = (select appforge_private.me()));

create policy "Creators change their codes" on appforge.referral_codes for update to authenticated
  using (creator_id = (select appforge_private.me()));

create policy "Creators delete their codes" on appforge.referral_codes for delete to authenticated
  using (creator_id = (select appforge_private.me()));
