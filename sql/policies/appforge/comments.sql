-- AF-14: on what their writer can see; resolved by the writer or by editors; answered by rpc/reply_to_comment.
revoke all on appforge.comments from anon, authenticated;
grant select, delete, insert (resource_type, resource_id, user_id, content), update (content, resolved, updated_at) on appforge.comments to authenticated;

create policy "People see the comments on their projects" on appforge.comments for select to authenticated
  using (project_id = any ((select appforge_private.project_ids(1))::text[]));

create policy "People see the comments on published templates" on appforge.comments for select to authenticated
  using (is_public);

create policy "Creators see the comments on their templates" on appforge.comments for select to authenticated
  using (resource_type = 'template' and resource_id = any ((select appforge_private.own_template_ids())::text[]));

create policy "People comment on what they see" on appforge.comments for insert to authenticated
  with check (user_id = (select appforge_private.me())
    and (project_id = any ((select appforge_private.project_ids(1))::text[])
      or resource_type = 'template' and appforge_private.sees_template(resource_id)));

create policy "Writers change and resolve their comments" on appforge.comments for update to authenticated
  using (user_id = (select appforge_private.me()));

create policy "Editors resolve comments" on appforge.comments for update to authenticated
  using (project_id = any ((select appforge_private.project_ids(2))::text[]));

create policy "Writers delete their comments" on appforge.comments for delete to authenticated
  using (user_id = (select appforge_private.me()));

create policy "Admins delete comments" on appforge.comments for delete to authenticated
  using (project_id = any ((select appforge_private.project_ids(3))::text[]));
