-- What a client writes is bounded before it reaches an index (a row of which holds 2,704 bytes) or a search vector (1 MB), and numbers are numbers:
-- NaN is greater than every amount. Constraints are checked for rows to come here, for those that there are in the next script.

create trigger bound_texts before insert or update on appforge.templates
  for each row execute function hedgerow.refuse_long_texts('name', '200', 'description', '50000', 'category', '100', 'tags', '10000');
alter table appforge.comments add constraint comments_resource_id_fits check (char_length(resource_id) <= 500) not valid;
alter table appforge.encrypted_secrets add constraint encrypted_secrets_name_fits check (char_length(secret_name) <= 200) not valid;
alter table appforge.project_versions add constraint project_versions_number_fits check (char_length(version_number) <= 100) not valid;
alter table appforge.team_members add constraint team_members_user_id_fits check (char_length(user_id) <= 100) not valid;
alter table appforge.project_permissions add constraint project_permissions_user_id_fits check (char_length(user_id) <= 100) not valid;
alter table appforge.app_metrics add constraint app_metrics_value_is_a_number check (value < 'Infinity') not valid;

-- Read whenever an error is reported: what is no count would keep an app from reporting at all.
create function appforge_private.are_thresholds(thresholds jsonb) returns boolean
language sql immutable parallel safe set search_path = ''
as $$
  select not exists (
    select from jsonb_each(thresholds) as t
    where t.key not in ('low', 'medium', 'high', 'critical') or t.value::text !~ '^[1-9][0-9]{0,8}$')
$$;
comment on function appforge_private.are_thresholds(jsonb) is 'Whether these are whole numbers above 0 by the names of severities';
alter function appforge_private.are_thresholds(jsonb) owner to hedgerow_definer;
grant execute on function appforge_private.are_thresholds(jsonb) to authenticated, service_role, hedgerow_admin;
alter table appforge.apps add constraint apps_alert_thresholds_count check (appforge_private.are_thresholds(alert_thresholds)) not valid;
