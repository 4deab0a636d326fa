-- iCreateTechs: conversations with the assistant, and their messages.

create table public.conversations (
  id uuid primary key default gen_random_uuid(),
  project_id uuid not null references public.projects (id) on delete cascade,
  user_id uuid not null default auth.uid() references public.users (id) on delete cascade,
  title text,
  context jsonb default '{}',
  is_archived boolean default false,
  created_at timestamptz default now(),
  updated_at timestamptz default now()
);

comment on table public.conversations is 'A thread with the assistant in a project';
comment on column public.conversations.updated_at is 'Also moves with a new message';

create index idx_conversations_project on public.conversations (project_id);
create index idx_conversations_user on public.conversations (user_id);
create index idx_conversations_updated on public.conversations (updated_at desc);

create table public.messages (
  id uuid primary key default gen_random_uuid(),
  conversation_id uuid not null references public.conversations (id) on delete cascade,
  role text not null check (role in ('user', 'assistant', 'system')),
  content text not null,
  metadata jsonb default '{}',
  tokens_used integer check (tokens_used >= 0),
  model text,
  created_at timestamptz default now()
);

comment on table public.messages is 'What was said in a conversation. Append-only';

create index idx_messages_conversation on public.messages (conversation_id, created_at);
create index idx_messages_tokens on public.messages (tokens_used);
create index idx_messages_conversation_created on public.messages (conversation_id, created_at desc);

alter table public.conversations enable row level security;
alter table public.conversations force row level security;
alter table public.messages enable row level security;
alter table public.messages force row level security;

create trigger update_conversations_updated_at before update on public.conversations
  for each row execute function public.update_updated_at_column();

create trigger keep_columns before update on public.conversations
  for each row when ((old.id, old.project_id, old.user_id) is distinct from (new.id, new.project_id, new.user_id))
  execute function hedgerow.refuse_change('id', 'project_id', 'user_id');

create function hedgerow.note_new_messages() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  -- Locked in one order, so that two bulk inserts into the same conversations wait for each other and never in a circle.
  perform from public.conversations c
  where c.id in (select w.conversation_id from written w)
  order by c.id for no key update;

  update public.conversations c set updated_at = now()
  where c.id in (select w.conversation_id from written w);

  perform hedgerow.note_project_access(array(
    select distinct c.project_id from public.conversations c where c.id in (select w.conversation_id from written w)));
  return null;
end $$;

comment on function hedgerow.note_new_messages() is 'Statement trigger: new messages move their conversation''s updated_at';

alter function hedgerow.note_new_messages() owner to hedgerow_definer;

create trigger note_new_messages after insert on public.messages
  referencing new table as written for each statement
  execute function hedgerow.note_new_messages();

create trigger note_work_in_project after insert on public.conversations
  referencing new table as written for each statement
  execute function hedgerow.note_work_in_project();

-- Append-only for servers too. Messages go when their conversation goes.
revoke update, delete, truncate on public.messages from service_role;
