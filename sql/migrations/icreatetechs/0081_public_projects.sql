-- What lies in a public project is everybody's to read. Each row says so itself, in in_public_project, and says which project it lies in: a policy is
-- then answered by indexes of its own table. A question to public.projects for each row would walk through everybody's rows.

alter table public.conversations add column in_public_project boolean not null default false;
alter table public.messages add column project_id uuid, add column in_public_project boolean not null default false;
alter table public.files add column in_public_project boolean not null default false;
alter table public.file_versions add column project_id uuid, add column in_public_project boolean not null default false;
alter table public.editor_sessions add column in_public_project boolean not null default false;
alter table public.code_analyses add column in_public_project boolean not null default false;

comment on column public.conversations.in_public_project is 'Whether everybody reads it. Follows the project''s visibility; set by the database';
comment on column public.messages.project_id is 'The conversation''s project. Set by the database';
comment on column public.messages.in_public_project is 'Whether everybody reads it. Follows the project''s visibility; set by the database';
comment on column public.files.in_public_project is 'Whether everybody reads it. Follows the project''s visibility; set by the database';
comment on column public.file_versions.project_id is 'The file''s project. Set by the database';
comment on column public.file_versions.in_public_project is 'Whether everybody reads it. Follows the project''s visibility; set by the database';
comment on column public.editor_sessions.in_public_project is 'Whether everybody reads it. Follows the project''s visibility; set by the database';
comment on column public.code_analyses.in_public_project is 'Whether everybody reads it. Follows the project''s visibility; set by the database';

-- One of 64 locks of the transaction, which a project shares with others: writers take it shared, a change of visibility takes it alone. So nothing is
-- written into a project under the visibility that it had a moment ago, and a transaction that writes to very many projects takes no more than 64 locks.
create function hedgerow.visibility_lock(project uuid) returns bigint
language sql immutable parallel safe set search_path = '' as $$
  select 8210000 + (hashtext(project::text) & 63)
$$;
comment on function hedgerow.visibility_lock(uuid) is 'The advisory lock that keeps the visibility of a project where it is';

create function hedgerow.enter_project() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if tg_table_name = 'messages' then
    new.project_id := (select c.project_id from public.conversations c where c.id = new.conversation_id);
  elsif tg_table_name = 'file_versions' then
    new.project_id := (select f.project_id from public.files f where f.id = new.file_id);
  end if;
  perform pg_advisory_xact_lock_shared(hedgerow.visibility_lock(new.project_id));
  new.in_public_project := coalesce((select p.visibility = 'public' from public.projects p where p.id = new.project_id), false);
  return new;
end $$;
comment on function hedgerow.enter_project() is 'Row trigger: what is written into a project is as public as the project';

create function hedgerow.hold_visibility() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform pg_advisory_xact_lock(hedgerow.visibility_lock(new.id));
  return new;
end $$;
comment on function hedgerow.hold_visibility() is 'Row trigger: the visibility changes when nobody is writing into the project';

create function hedgerow.follow_visibility() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  shown constant boolean := coalesce(new.visibility = 'public', false);
begin
  update public.conversations set in_public_project = shown where project_id = new.id;
  update public.messages set in_public_project = shown where project_id = new.id;
  update public.files set in_public_project = shown where project_id = new.id;
  update public.file_versions set in_public_project = shown where project_id = new.id;
  update public.editor_sessions set in_public_project = shown where project_id = new.id;
  update public.code_analyses set in_public_project = shown where project_id = new.id;
  return null;
end $$;
comment on function hedgerow.follow_visibility() is 'Row trigger: what lies in a project is as public as the project';

revoke all on function hedgerow.visibility_lock(uuid) from public;
alter function hedgerow.visibility_lock(uuid) owner to hedgerow_definer;
alter function hedgerow.enter_project() owner to hedgerow_definer;
alter function hedgerow.hold_visibility() owner to hedgerow_definer;
alter function hedgerow.follow_visibility() owner to hedgerow_definer;

set local role hedgerow_definer;
update public.messages m set project_id = c.project_id from public.conversations c where c.id = m.conversation_id;
update public.file_versions v set project_id = f.project_id from public.files f where f.id = v.file_id;
do $$
declare
  child text;
begin
  foreach child in array array['conversations', 'messages', 'files', 'file_versions', 'editor_sessions', 'code_analyses'] loop
    execute format('update public.%I as c set in_public_project = true from public.projects p where p.id = c.project_id and p.visibility = ''public''', child);
  end loop;
end $$;
set local role hedgerow_admin;

create index idx_messages_project on public.messages (project_id);
create index idx_file_versions_project on public.file_versions (project_id);
create index idx_conversations_public on public.conversations (project_id) where in_public_project;
create index idx_messages_public on public.messages (project_id) where in_public_project;
create index idx_files_public on public.files (project_id) where in_public_project;
create index idx_file_versions_public on public.file_versions (project_id) where in_public_project;
create index idx_editor_sessions_public on public.editor_sessions (project_id) where in_public_project;
create index idx_code_analyses_public on public.code_analyses (project_id) where in_public_project;
-- The admins' list of invitations; the index there is holds pending ones alone.
create index idx_workspace_invitations_workspace on public.workspace_invitations (workspace_id);

create trigger enter_project before insert or update of conversation_id, project_id, in_public_project on public.messages
  for each row execute function hedgerow.enter_project();
create trigger enter_project before insert or update of file_id, project_id, in_public_project on public.file_versions
  for each row execute function hedgerow.enter_project();
create trigger enter_project before insert or update of project_id, in_public_project on public.conversations
  for each row execute function hedgerow.enter_project();
create trigger enter_project before insert or update of project_id, in_public_project on public.files
  for each row execute function hedgerow.enter_project();
create trigger enter_project before insert or update of project_id, in_public_project on public.editor_sessions
  for each row execute function hedgerow.enter_project();
create trigger enter_project before insert or update of project_id, in_public_project on public.code_analyses
  for each row execute function hedgerow.enter_project();

create trigger hold_visibility before update of visibility on public.projects
  for each row when ((old.visibility = 'public') is distinct from (new.visibility = 'public')) execute function hedgerow.hold_visibility();
create trigger follow_visibility after update of visibility on public.projects
  for each row when ((old.visibility = 'public') is distinct from (new.visibility = 'public')) execute function hedgerow.follow_visibility();

-- Being shown to more people is no change of the thing itself: its time stays.
drop trigger update_conversations_updated_at on public.conversations;
create trigger update_conversations_updated_at before update on public.conversations
  for each row when (old.in_public_project = new.in_public_project) execute function public.update_updated_at_column();
drop trigger update_files_updated_at on public.files;
create trigger update_files_updated_at before update on public.files
  for each row when (old.in_public_project = new.in_public_project) execute function public.update_updated_at_column();
drop trigger note_editor_activity on public.editor_sessions;
create trigger note_editor_activity before update on public.editor_sessions
  for each row when (old.in_public_project = new.in_public_project) execute function hedgerow.note_editor_activity();
