-- AF-04: one vote a person, for ratings of others.
revoke all on appforge.rating_votes from anon, authenticated;
grant select, delete, insert (rating_id, user_id) on appforge.rating_votes to authenticated;

create policy "People see their votes" on appforge.rating_votes for select to authenticated
  using (user_id = (select appforge_private.me()));

create policy "People vote for ratings of others" on appforge.rating_votes for insert to authenticated
  with check (user_id = (select appforge_private.me()) and appforge_private.sees_rating(rating_id));

create policy "People take their votes back" on appforge.rating_votes for delete to authenticated
  using (user_id = (select appforge_private.me()));
