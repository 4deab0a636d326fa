-- SL-22: anyone sends, in their own name or none; admins read and answer. What was sent is not read back, so send it without `return=representation`.
revoke all on spike_land.feedback from anon, authenticated;
grant insert (type, message, page, email, user_agent) on spike_land.feedback to anon, authenticated;
grant select, update (status, admin_note, updated_at) on spike_land.feedback to authenticated;

create policy "Anyone sends feedback" on spike_land.feedback for insert to anon, authenticated
  with check (user_id is not distinct from (select spike_land_private.me()));

create policy "Admins read feedback" on spike_land.feedback for select to authenticated
  using (id between (select spike_land_private.admin_sees_from()) and (select spike_land_private.admin_sees_to()));

create policy "Admins answer feedback" on spike_land.feedback for update to authenticated
  using (id between (select spike_land_private.admin_sees_from()) and (select spike_land_private.admin_sees_to()));
