-- AF-01: published ones are everybody's, one's own are one's own, bought ones stay the buyer's to see. Counters, rating, version and
-- commission are the database's.
revoke all on appforge.templates from anon, authenticated;
grant select on appforge.templates to anon;
grant select, delete, insert (creator_id, name, description, category, tags, price, preview_image_url, source_project_id),
  update (name, description, category, tags, price, preview_image_url, source_project_id, status, updated_at) on appforge.templates to authenticated;

create policy "Everybody sees published templates" on appforge.templates for select to anon, authenticated
  using (is_published);

create policy "Creators see their templates" on appforge.templates for select to authenticated
  using (creator_id = (select appforge_private.me()));

create policy "Buyers see what they bought" on appforge.templates for select to authenticated
  using (id = any ((select appforge_private.bought_template_ids())::text[]));

create policy "Creators make templates of projects that they own" on appforge.templates for insert to authenticated
  with check (creator_id = (select appforge_private.me())
    and (source_project_id is null or source_project_id = any ((select appforge_private.project_ids(4))::text[])));

create policy "Creators change their templates" on appforge.templates for update to authenticated
  using (creator_id = (select appforge_private.me()))
  with check (creator_id = (select appforge_private.me())
    and (source_project_id is null or source_project_id = any ((select appforge_private.project_ids(4))::text[])));

create policy "Creators delete their templates" on appforge.templates for delete to authenticated
  using (creator_id = (select appforge_private.me()));
