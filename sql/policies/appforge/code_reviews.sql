-- AF-12: asked for by editors of somebody who may view the project; decided by the reviewer alone.
revoke all on appforge.code_reviews from anon, authenticated;
grant select, insert (project_id, function_id, reviewer_id), update (status, comments, suggestions) on appforge.code_reviews to authenticated;

create policy "People see the reviews of their projects" on appforge.code_reviews for select to authenticated
  using (project_id = any ((select appforge_private.project_ids(1))::text[]));

create policy "Editors ask for reviews" on appforge.code_reviews for insert to authenticated
  with check (author_id = (select appforge_private.me()) and project_id = any ((select appforge_private.project_ids(2))::text[])
    and appforge_private.project_rank(project_id, reviewer_id) >= 1);

create policy "Reviewers decide" on appforge.code_reviews for update to authenticated
  using (reviewer_id = (select appforge_private.me()) and project_id = any ((select appforge_private.project_ids(1))::text[]));
