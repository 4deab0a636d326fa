-- As in 0002, but that who asks twice starts one run, and one deployment: a status that stays as it is is no move that a lifecycle could refuse.

set local role hedgerow_definer;

create or replace function app_builder.start_generation(project_id text, prompts jsonb) returns setof app_builder.generations
language plpgsql security definer set search_path = ''
as $$
declare
  project constant app_builder.projects := app_builder_private.own_project(start_generation.project_id);
begin
  if jsonb_typeof(prompts) is distinct from 'object' or prompts = '{}' then
    raise sqlstate 'PT400' using
      message = 'prompts names no agent',
      hint = 'Send an object with a prompt for each agent, such as {"BACKEND": "A REST API for …"}.';
  end if;
  if project.status = 'GENERATING' then
    raise sqlstate 'PT409' using
      message = format('project %s is "GENERATING" already', project.id), hint = 'Wait for its end, or ask another agent by a row of generations.';
  end if;
  update app_builder.projects as p set status = 'GENERATING' where p.id = project.id;
  return query
    insert into app_builder.generations (project_id, user_id, agent_type, prompt)
    select project.id, project.user_id, e.key::app_builder.agent_type, e.value from jsonb_each_text(prompts) as e
    returning *;
end
$$;

create or replace function app_builder.deploy_project(project_id text, environment text default 'production') returns app_builder.deployments
language plpgsql security definer set search_path = ''
as $$
declare
  project constant app_builder.projects := app_builder_private.own_project(deploy_project.project_id);
  begun app_builder.deployments;
begin
  if project.status = 'DEPLOYING' then
    raise sqlstate 'PT409' using message = format('project %s is "DEPLOYING" already', project.id), hint = 'Wait for the end of its deployment.';
  end if;
  update app_builder.projects as p set status = 'DEPLOYING' where p.id = project.id;
  insert into app_builder.deployments (project_id, environment) values (project.id, deploy_project.environment) returning * into begun;
  return begun;
end
$$;
