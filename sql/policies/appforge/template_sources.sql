-- AF-03: for the creator and for those who bought the template; written by publication.
revoke all on appforge.template_sources from anon, authenticated;
grant select on appforge.template_sources to authenticated;

create policy "Creators see their sources" on appforge.template_sources for select to authenticated
  using (template_id = any ((select appforge_private.own_template_ids())::text[]));

create policy "Buyers see the sources that they bought" on appforge.template_sources for select to authenticated
  using (template_id = any ((select appforge_private.bought_template_ids())::text[]));
