-- WB-06: one's own, for one's own campaigns (trigger check_generation). Its person begins, cancels, rates and accepts; service reports.
revoke all on web_builder.ai_generations from anon, authenticated;
grant select,
  insert (user_id, campaign_id, component_id, generation_type, prompt_text, reference_images, model_used),
  update (status, user_rating, user_feedback, accepted, updated_at)
  on web_builder.ai_generations to authenticated;

create policy "People see their generations" on web_builder.ai_generations for select to authenticated
  using (user_id = (select web_builder_private.me()));

create policy "People begin generations" on web_builder.ai_generations for insert to authenticated
  with check (user_id = (select web_builder_private.me()));

create policy "People cancel and rate their generations" on web_builder.ai_generations for update to authenticated
  using (user_id = (select web_builder_private.me()));
