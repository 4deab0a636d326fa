-- AF-13: comments are a project's resources, too, and so is what people make of its errors. (Those of templates belong to no project.) Occurrences are no news.

create function appforge_private.log_error_status() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  insert into appforge.activity_logs (project_id, user_id, action, resource_type, resource_id, changes)
  select a.project_id, coalesce(auth.uid()::text, 'service'), 'updated', 'error', new.id,
    jsonb_build_object('before', jsonb_build_object('status', old.status), 'after', jsonb_build_object('status', new.status))
  from appforge.apps as a where a.id = new.app_id;
  return null;
end
$$;
comment on function appforge_private.log_error_status() is 'Row trigger: an error that is acknowledged, resolved or comes back is activity of its project';
alter function appforge_private.log_error_status() owner to hedgerow_definer;

create trigger log_activity after insert or update or delete on appforge.comments
  for each row execute function appforge_private.log_activity('comment');
create trigger log_activity after update of status on appforge.app_errors
  for each row when (old.status <> new.status) execute function appforge_private.log_error_status();
