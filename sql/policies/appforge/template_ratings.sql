-- AF-04: by buyers, one each, theirs to change; read with the template.
revoke all on appforge.template_ratings from anon, authenticated;
grant select on appforge.template_ratings to anon;
grant select, delete, insert (template_id, user_id, rating, review), update (rating, review) on appforge.template_ratings to authenticated;

create policy "Everybody reads ratings of published templates" on appforge.template_ratings for select to anon, authenticated
  using (is_public);

create policy "People see their ratings" on appforge.template_ratings for select to authenticated
  using (user_id = (select appforge_private.me()));

create policy "Buyers rate" on appforge.template_ratings for insert to authenticated
  with check (user_id = (select appforge_private.me()) and template_id = any ((select appforge_private.bought_template_ids())::text[]));

create policy "People change their ratings" on appforge.template_ratings for update to authenticated
  using (user_id = (select appforge_private.me()));

create policy "People delete their ratings" on appforge.template_ratings for delete to authenticated
  using (user_id = (select appforge_private.me()));
