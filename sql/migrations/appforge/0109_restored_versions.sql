-- As in 0005, without a lock of its own: the update of the project's row takes the same.

set local role hedgerow_definer;

create or replace function appforge.restore_project_version(version_id text) returns appforge.projects
language plpgsql security definer set search_path = ''
as $$
declare
  kept appforge.project_versions;
  document jsonb;
  restored appforge.projects;
begin
  select * into kept from appforge.project_versions as v where v.id = restore_project_version.version_id;
  if kept.id is null or auth.role() is distinct from 'service_role' and appforge_private.project_rank(kept.project_id) < 2 then
    raise sqlstate 'PT404' using message = format('there is no version %s of a project that you may edit', version_id), hint = 'project_versions lists them.';
  end if;
  document := convert_from(kept.backup_data, 'UTF8')::jsonb;
  -- Its row's lock makes whoever restores or keeps another version of the project wait.
  update appforge.projects as p set name = document ->> 'name', description = document ->> 'description',
    definition = document -> 'definition', settings = document -> 'settings'
  where p.id = kept.project_id returning * into restored;
  update appforge.project_versions as v set is_current = false where v.project_id = kept.project_id and v.is_current and v.id <> kept.id;
  update appforge.project_versions as v set is_current = true where v.id = kept.id and not v.is_current;
  return restored;
end
$$;
