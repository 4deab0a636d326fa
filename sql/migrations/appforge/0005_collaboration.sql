-- Code reviews, comments, activity (AF-12 to AF-14), deployments and versions (AF-17, AF-18).

create type appforge.review_status as enum ('pending', 'approved', 'changes_requested', 'rejected');
create type appforge.deploy_environment as enum ('development', 'staging', 'production');
create type appforge.deployment_status as enum ('pending', 'in_progress', 'success', 'failed');

create table appforge.code_reviews (
  id text primary key default hedgerow.cuid(),
  project_id text not null references appforge.projects (id) on delete cascade,
  function_id text,
  author_id text default appforge_private.me() references appforge.users (id) on delete set null,
  reviewer_id text not null references appforge.users (id) on delete cascade,
  status appforge.review_status not null default 'pending',
  comments text,
  suggestions jsonb not null default '[]',
  created_at timestamptz not null default now(),
  completed_at timestamptz,
  constraint code_reviews_not_by_the_author check (author_id <> reviewer_id)
);
create index idx_reviews_project on appforge.code_reviews (project_id, created_at desc);
create index idx_reviews_reviewer on appforge.code_reviews (reviewer_id, created_at desc);
create index idx_reviews_author on appforge.code_reviews (author_id);
comment on table appforge.code_reviews is 'Reviews that editors ask for: pending → approved, changes_requested or rejected, by the reviewer';
comment on column appforge.code_reviews.author_id is 'Who asks for it, and whose work it is. Never the reviewer';
comment on column appforge.code_reviews.reviewer_id is 'Somebody who may view the project';

create table appforge.activity_logs (
  id text primary key default hedgerow.cuid(),
  project_id text not null,
  user_id text not null,
  action text not null,
  resource_type text not null,
  resource_id text,
  changes jsonb not null default '{}',
  timestamp timestamptz not null default clock_timestamp()
);
create index idx_activity_project_time on appforge.activity_logs (project_id, timestamp desc);
create index idx_activity_user_time on appforge.activity_logs (user_id, timestamp desc);
create index idx_activity_time on appforge.activity_logs (timestamp);
comment on table appforge.activity_logs is 'What happened in a project: created, updated, deleted, deployed. Append-only, written by the database; kept a year, then archived';
comment on column appforge.activity_logs.user_id is 'Who did it; "service" for the platform';
comment on column appforge.activity_logs.changes is '{"before": {…}, "after": {…}}: what changed, without secrets';

create table appforge.comments (
  id text primary key default hedgerow.cuid(),
  resource_type text not null check (resource_type in ('project', 'app', 'function', 'page', 'deployment', 'code_review', 'project_version', 'template')),
  resource_id text not null,
  project_id text references appforge.projects (id) on delete cascade,
  user_id text not null default appforge_private.me() references appforge.users (id) on delete cascade,
  content text not null check (content ~ '\S'),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  resolved boolean not null default false,
  replies jsonb not null default '[]',
  is_public boolean not null default false
);
create index idx_comments_public on appforge.comments (is_public) where is_public;
create index idx_comments_resource on appforge.comments (resource_type, resource_id);
create index idx_comments_project on appforge.comments (project_id, created_at desc);
create index idx_comments_user on appforge.comments (user_id);
comment on table appforge.comments is 'Comments on what their writer can see; answered with `rpc/reply_to_comment`, resolved by the writer or by editors';
comment on column appforge.comments.resource_id is 'The id of what it is about; for a function or page of a project `<project id>/<name>`';
comment on column appforge.comments.project_id is 'The project that it belongs to; null for a template. Set by the database';
comment on column appforge.comments.is_public is 'Whether it is about a published template. Set by the database';
comment on column appforge.comments.replies is 'An array of {id, parent_id, user_id, content, created_at}, in order';

create table appforge.deployments (
  id text primary key default hedgerow.cuid(),
  app_id text not null references appforge.apps (id) on delete cascade,
  version text not null,
  environment appforge.deploy_environment not null default 'production',
  deployed_by text default appforge_private.me() references appforge.users (id) on delete set null,
  status appforge.deployment_status not null default 'pending',
  deployment_log text,
  rollback_available boolean not null default true,
  created_at timestamptz not null default clock_timestamp(),
  completed_at timestamptz
);
create index idx_deployments_app_time on appforge.deployments (app_id, created_at desc);
create index idx_deployments_by on appforge.deployments (deployed_by);
comment on table appforge.deployments is
  'Deployments of apps: pending → in_progress → success or failed

Begun by editors, advanced by service. `rpc/rollback_deployment` deploys the version before.';
comment on column appforge.deployments.rollback_available is 'Whether its version may be gone back to. Written by service';

create table appforge.project_versions (
  id text primary key default hedgerow.cuid(),
  project_id text not null references appforge.projects (id) on delete cascade,
  version_number text not null,
  created_by text default appforge_private.me() references appforge.users (id) on delete set null,
  changes jsonb not null default '{}',
  backup_data bytea not null,
  is_current boolean not null default false,
  created_at timestamptz not null default clock_timestamp(),
  unique (project_id, version_number)
);
-- Kept compressed by PostgreSQL (TOAST) from 2 kB on.
alter table appforge.project_versions alter column backup_data set storage extended;
create unique index project_versions_one_current on appforge.project_versions (project_id) where is_current;
create index project_versions_project on appforge.project_versions (project_id, created_at desc);
comment on table appforge.project_versions is 'Snapshots of whole projects: `rpc/create_project_version`, `rpc/restore_project_version`. Exactly one is current';
comment on column appforge.project_versions.changes is 'Against the version before: {"added": […], "removed": […], "changed": […]} as paths';
comment on column appforge.project_versions.backup_data is 'The snapshot: JSON in UTF-8, compressed';

do $$
declare
  made regclass;
begin
  foreach made in array '{appforge.code_reviews,appforge.activity_logs,appforge.comments,appforge.deployments,appforge.project_versions}'::regclass[] loop
    execute format('alter table %s enable row level security, force row level security', made);
  end loop;
end $$;
create trigger touch_updated_at before update on appforge.comments for each row execute function hedgerow.touch_updated_at();
create trigger refuse_update before update on appforge.activity_logs for each row execute function hedgerow.refuse_update();
create trigger keep_lifecycle before update of status on appforge.code_reviews
  for each row execute function hedgerow.keep_lifecycle('review', 'pending>approved', 'pending>changes_requested', 'pending>rejected');
create trigger keep_lifecycle before update of status on appforge.deployments
  for each row execute function hedgerow.keep_lifecycle('deployment', 'pending>in_progress', 'in_progress>success', 'in_progress>failed');

create function appforge_private.time_review() returns trigger
language plpgsql set search_path = ''
as $$
begin
  if new.status <> 'pending' and old.status = 'pending' then
    new.completed_at := clock_timestamp();
  end if;
  return new;
end
$$;
comment on function appforge_private.time_review() is 'Row trigger: completed_at is when the reviewer decided';
create trigger time_review before update of status on appforge.code_reviews
  for each row execute function appforge_private.time_review();
create function appforge_private.time_deployment() returns trigger
language plpgsql set search_path = ''
as $$
begin
  if new.status in ('success', 'failed') and old.status not in ('success', 'failed') then
    new.completed_at := clock_timestamp();
  end if;
  return new;
end
$$;
comment on function appforge_private.time_deployment() is 'Row trigger: completed_at is when a deployment ended';
create trigger time_deployment before update of status on appforge.deployments
  for each row execute function appforge_private.time_deployment();

-- AF-14: which project a resource belongs to; null when there is no such thing.
create function appforge_private.project_of(resource_type text, resource_id text) returns text
language plpgsql stable security definer parallel safe set search_path = ''
as $$
begin
  return case resource_type
    when 'project' then (select p.id from appforge.projects as p where p.id = resource_id)
    when 'function' then (select p.id from appforge.projects as p where p.id = split_part(resource_id, '/', 1))
    when 'page' then (select p.id from appforge.projects as p where p.id = split_part(resource_id, '/', 1))
    when 'app' then (select a.project_id from appforge.apps as a where a.id = resource_id)
    when 'deployment' then (select a.project_id from appforge.deployments as d join appforge.apps as a on a.id = d.app_id where d.id = resource_id)
    when 'code_review' then (select r.project_id from appforge.code_reviews as r where r.id = resource_id)
    when 'project_version' then (select v.project_id from appforge.project_versions as v where v.id = resource_id)
  end;
end
$$;
comment on function appforge_private.project_of(text, text) is 'The project that a resource belongs to';
alter function appforge_private.project_of(text, text) owner to hedgerow_definer;

create function appforge_private.place_comment() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  new.project_id := appforge_private.project_of(new.resource_type, new.resource_id);
  new.is_public := new.resource_type = 'template' and exists (
    select from appforge.templates as t where t.id = new.resource_id and t.status = 'published');
  if new.project_id is null and new.resource_type <> 'template' then
    raise sqlstate 'PT404' using message = format('there is no %s %s', new.resource_type, new.resource_id), hint = 'Comment on what you can see.';
  end if;
  return new;
end
$$;
comment on function appforge_private.place_comment() is 'Row trigger: a comment knows its project';
alter function appforge_private.place_comment() owner to hedgerow_definer;
create trigger place_comment before insert or update of resource_type, resource_id, project_id, is_public on appforge.comments
  for each row execute function appforge_private.place_comment();

create function appforge_private.guard_comment() returns trigger
language plpgsql set search_path = ''
as $$
begin
  if current_user in ('anon', 'authenticated') and new.content is distinct from old.content and old.user_id <> appforge_private.me() then
    raise sqlstate 'PT403' using message = 'a comment''s text is its writer''s', hint = 'Editors resolve comments; everybody may reply.';
  end if;
  return new;
end
$$;
comment on function appforge_private.guard_comment() is 'Row trigger: only the writer changes a comment''s text';
create trigger guard_comment before update on appforge.comments
  for each row execute function appforge_private.guard_comment();

create function appforge.reply_to_comment(comment_id text, content text, parent_id text default null) returns appforge.comments
language plpgsql security definer set search_path = ''
as $$
declare
  me constant text := appforge_private.me();
  answered appforge.comments;
begin
  select * into answered from appforge.comments as c where c.id = reply_to_comment.comment_id for no key update;
  if me is null or answered.id is null or not (
    appforge_private.project_rank(answered.project_id) >= 1
    or answered.resource_type = 'template' and exists (
      select from appforge.templates as t where t.id = answered.resource_id and (t.status = 'published' or t.creator_id = me))) then
    raise sqlstate 'PT404' using message = format('there is no comment %s that you can see', comment_id), hint = 'comments lists those that you can.';
  end if;
  if coalesce(reply_to_comment.content, '') !~ '\S' or char_length(reply_to_comment.content) > 10000 then
    raise sqlstate 'PT400' using message = 'a reply has a text, of at most 10,000 characters', hint = 'Send content.';
  end if;
  if reply_to_comment.parent_id is not null and not answered.replies @> jsonb_build_array(jsonb_build_object('id', reply_to_comment.parent_id)) then
    raise sqlstate 'PT404' using message = format('there is no reply %s to this comment', reply_to_comment.parent_id), hint = 'Leave parent_id out to answer the comment itself.';
  end if;
  update appforge.comments as c set replies = c.replies || jsonb_build_object('id', hedgerow.cuid(), 'parent_id', reply_to_comment.parent_id,
    'user_id', me, 'content', reply_to_comment.content, 'created_at', clock_timestamp())
  where c.id = answered.id returning * into answered;
  return answered;
end
$$;
comment on function appforge.reply_to_comment(text, text, text) is 'Answers a comment, or a reply to it. For everybody who can see it';
alter function appforge.reply_to_comment(text, text, text) owner to hedgerow_definer;
grant execute on function appforge.reply_to_comment(text, text, text) to authenticated;

-- AF-17.
create function appforge.rollback_deployment(deployment_id text) returns appforge.deployments
language plpgsql security definer set search_path = ''
as $$
declare
  present appforge.deployments;
  earlier appforge.deployments;
  begun appforge.deployments;
begin
  select * into present from appforge.deployments as d where d.id = rollback_deployment.deployment_id;
  if present.id is null or appforge_private.project_rank((select a.project_id from appforge.apps as a where a.id = present.app_id)) < 2 then
    raise sqlstate 'PT404' using message = format('there is no deployment %s that you may roll back', deployment_id), hint = 'Editors of its project may.';
  end if;
  if present.status not in ('success', 'failed') then
    raise sqlstate 'PT409' using message = format('deployment %s is %s', present.id, present.status), hint = 'Wait for its end.';
  end if;
  select * into earlier from appforge.deployments as d
  where d.app_id = present.app_id and d.environment = present.environment and d.status = 'success' and d.version <> present.version
    and (d.created_at, d.id) < (present.created_at, present.id)
  order by d.created_at desc, d.id desc limit 1;
  if earlier.id is null or not earlier.rollback_available then
    raise sqlstate 'PT409' using
      message = case when earlier.id is null then 'nothing was deployed there before' else format('version %s cannot be gone back to', earlier.version) end,
      hint = 'Deploy another version instead.';
  end if;
  insert into appforge.deployments (app_id, version, environment, deployment_log)
  values (present.app_id, earlier.version, present.environment, format('Rollback of %s (version %s) to version %s', present.id, present.version, earlier.version))
  returning * into begun;
  return begun;
end
$$;
comment on function appforge.rollback_deployment(text) is 'Undoes a deployment: makes a new one of the version before, in the same environment. For editors';
alter function appforge.rollback_deployment(text) owner to hedgerow_definer;
grant execute on function appforge.rollback_deployment(text) to authenticated;

-- AF-18.
create function appforge_private.snapshot(project appforge.projects) returns jsonb
language sql immutable parallel safe set search_path = ''
as $$
  select jsonb_build_object('name', project.name, 'description', project.description, 'definition', project.definition, 'settings', project.settings)
$$;
comment on function appforge_private.snapshot(appforge.projects) is 'All of a project that a version holds';

-- Paths that differ, one level below the snapshot's members: "definition.pages".
create function appforge_private.compare(was jsonb, becomes jsonb) returns jsonb
language sql immutable parallel safe set search_path = ''
as $$
  with flat as (
    select s.side, e.key || coalesce('.' || f.key, '') as path, coalesce(f.value, e.value) as value
    from (values ('was', was), ('becomes', becomes)) as s (side, document)
    cross join lateral jsonb_each(s.document) as e
    left join lateral jsonb_each(case jsonb_typeof(e.value) when 'object' then e.value end) as f on true
    where jsonb_typeof(e.value) <> 'object' or f.key is not null),
  paired as (
    select path, max(value::text) filter (where side = 'was') as old, max(value::text) filter (where side = 'becomes') as new from flat group by path)
  select jsonb_build_object(
    'added', coalesce(jsonb_agg(path order by path) filter (where old is null), '[]'),
    'removed', coalesce(jsonb_agg(path order by path) filter (where new is null), '[]'),
    'changed', coalesce(jsonb_agg(path order by path) filter (where old <> new), '[]'))
  from paired
$$;
comment on function appforge_private.compare(jsonb, jsonb) is 'What was added, removed and changed from one snapshot to another';

create function appforge.create_project_version(project_id text, version_number text default null) returns appforge.project_versions
language plpgsql security definer set search_path = ''
as $$
declare
  project appforge.projects;
  before appforge.project_versions;
  made appforge.project_versions;
begin
  -- The project's lock makes parallel versions come one after the other.
  select * into project from appforge.projects as p where p.id = create_project_version.project_id for no key update;
  if project.id is null or auth.role() is distinct from 'service_role' and appforge_private.project_rank(project.id) < 2 then
    raise sqlstate 'PT404' using message = format('there is no project %s that you may edit', create_project_version.project_id), hint = 'projects lists yours.';
  end if;
  select * into before from appforge.project_versions as v where v.project_id = project.id and v.is_current;
  update appforge.project_versions as v set is_current = false where v.id = before.id;
  insert into appforge.project_versions as v (project_id, version_number, changes, backup_data, is_current)
  values (project.id,
    coalesce(create_project_version.version_number, (
      select (coalesce(max(n.version_number::bigint), 0) + 1)::text from appforge.project_versions as n
      where n.project_id = project.id and n.version_number ~ '^[0-9]{1,15}$')),
    appforge_private.compare(coalesce(convert_from(before.backup_data, 'UTF8')::jsonb, '{}'), appforge_private.snapshot(project)),
    convert_to(appforge_private.snapshot(project)::text, 'UTF8'), true)
  returning * into made;
  made.backup_data := null;
  return made;
end
$$;
comment on function appforge.create_project_version(text, text) is 'Keeps a project as it is now; its number is the next one unless you give it one. For editors';

create function appforge.restore_project_version(version_id text) returns appforge.projects
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
  perform from appforge.projects as p where p.id = kept.project_id for no key update;
  document := convert_from(kept.backup_data, 'UTF8')::jsonb;
  update appforge.projects as p set name = document ->> 'name', description = document ->> 'description',
    definition = document -> 'definition', settings = document -> 'settings'
  where p.id = kept.project_id returning * into restored;
  update appforge.project_versions as v set is_current = false where v.project_id = kept.project_id and v.is_current and v.id <> kept.id;
  update appforge.project_versions as v set is_current = true where v.id = kept.id and not v.is_current;
  return restored;
end
$$;
comment on function appforge.restore_project_version(text) is
  'Puts a project back to what a version kept, exactly; that version is the current one

What was not kept as a version is lost. For editors.';
alter function appforge_private.snapshot(appforge.projects) owner to hedgerow_definer;
alter function appforge_private.compare(jsonb, jsonb) owner to hedgerow_definer;
alter function appforge.create_project_version(text, text) owner to hedgerow_definer;
alter function appforge.restore_project_version(text) owner to hedgerow_definer;
grant execute on function appforge.create_project_version(text, text), appforge.restore_project_version(text) to authenticated;
