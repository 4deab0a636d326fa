-- API integrations (IC-21) and incoming webhooks (IC-22).

create table public.api_integrations (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null default auth.uid() references public.users (id) on delete cascade,
  workspace_id uuid references public.workspaces (id) on delete cascade,
  provider text not null check (provider in ('github', 'firecrawl', 'openai', 'anthropic', 'vercel')),
  api_key_encrypted text,
  config jsonb default '{}',
  is_active boolean default true,
  last_used_at timestamptz,
  created_at timestamptz default now(),
  updated_at timestamptz default now(),
  -- A user's own integrations have no workspace; of those there is one for each provider, too.
  unique nulls not distinct (user_id, workspace_id, provider)
);
create index idx_api_integrations_user on public.api_integrations (user_id);
create index idx_api_integrations_workspace on public.api_integrations (workspace_id);
comment on table public.api_integrations is 'Keys of outside services. Own rows.';
comment on column public.api_integrations.api_key_encrypted is 'Written in clear, stored encrypted; read in clear by service only.';
comment on column public.api_integrations.last_used_at is 'When service last took the key.';

create trigger api_integrations_encrypt before insert or update on public.api_integrations
  for each row execute function hedgerow.encrypt_columns('api_key_encrypted');

create function public.use_api_integration(integration_id uuid) returns text
language plpgsql security definer set search_path = ''
as $$
declare
  taken public.api_integrations;
begin
  update public.api_integrations as i set last_used_at = clock_timestamp()
  where i.id = integration_id and i.is_active
  returning i.* into taken;
  if taken.id is null then
    raise sqlstate 'PT404' using message = format('there is no active API integration %s', integration_id);
  end if;
  return hedgerow.decrypt(taken.api_key_encrypted);
end
$$;
comment on function public.use_api_integration(uuid) is 'The key of an active integration in clear, and sets its last_used_at. Service only.';
grant execute on function public.use_api_integration(uuid) to service_role;

create table public.webhook_logs (
  id uuid primary key default gen_random_uuid(),
  provider text not null,
  event_type text not null,
  payload jsonb not null,
  signature text,
  status text not null default 'received' check (status in ('received', 'processing', 'processed', 'failed')),
  response jsonb,
  error text,
  processed_at timestamptz,
  created_at timestamptz default now(),
  event_id text,
  unique (provider, event_id)
);
create index idx_webhook_logs_provider on public.webhook_logs (provider, created_at desc);
create index idx_webhook_logs_status on public.webhook_logs (status);
create index idx_webhook_logs_event_type on public.webhook_logs (event_type);
comment on table public.webhook_logs is
  'Incoming webhooks, stored before they are processed, once for each provider and event id. Service only.';
comment on column public.webhook_logs.event_id is 'The provider''s own id of the event. Null when it has none: such events are not deduplicated.';

-- From processed and failed, a replay starts over.
create trigger webhook_logs_lifecycle before update of status on public.webhook_logs
  for each row execute function hedgerow.keep_lifecycle('webhook',
    'received>processing', 'processing>processed', 'processing>failed', 'processed>received', 'failed>received');

create function hedgerow.time_webhook() returns trigger
language plpgsql set search_path = ''
as $$
begin
  if new.status is distinct from old.status then
    new.processed_at := case when new.status in ('processed', 'failed') then clock_timestamp() end;
  end if;
  return new;
end
$$;
create trigger webhook_logs_time before update of status on public.webhook_logs
  for each row execute function hedgerow.time_webhook();

create function hedgerow.receive_webhook(provider text, event_id text, event_type text, payload jsonb, signature text default null)
returns table (id uuid, is_new boolean)
language plpgsql security definer set search_path = ''
as $$
begin
  insert into public.webhook_logs as w (provider, event_id, event_type, payload, signature)
  values (receive_webhook.provider, receive_webhook.event_id, receive_webhook.event_type, receive_webhook.payload,
    receive_webhook.signature)
  on conflict on constraint webhook_logs_provider_event_id_key do nothing
  returning w.id, true into id, is_new;
  if id is null then
    select w.id, false into id, is_new from public.webhook_logs as w
    where w.provider = receive_webhook.provider and w.event_id = receive_webhook.event_id;
  end if;
  return next;
end
$$;
comment on function hedgerow.receive_webhook(text, text, text, jsonb, text) is
  'Stores an incoming webhook. is_new is false when the provider sent this event before: then it is not to be processed again.';

create function hedgerow.claim_webhook(webhook_id uuid default null) returns setof public.webhook_logs
language plpgsql security definer set search_path = ''
as $$
begin
  return query
    update public.webhook_logs as w set status = 'processing', response = null, error = null
    where w.id = (
      select c.id from public.webhook_logs as c
      where c.status = 'received' and (webhook_id is null or c.id = webhook_id)
      order by c.created_at, c.id
      limit 1
      for update skip locked)
    returning w.*;
end
$$;
comment on function hedgerow.claim_webhook(uuid) is
  'Begins to process a received webhook, that one or the oldest; no row when another has it already or there is none.';

create function hedgerow.finish_webhook(webhook_id uuid, response jsonb default null, error text default null)
returns public.webhook_logs
language plpgsql security definer set search_path = ''
as $$
declare
  finished public.webhook_logs;
begin
  update public.webhook_logs as w set
    status = case when finish_webhook.error is null then 'processed' else 'failed' end,
    response = finish_webhook.response, error = finish_webhook.error
  where w.id = webhook_id
  returning w.* into finished;
  return finished;
end
$$;
comment on function hedgerow.finish_webhook(uuid, jsonb, text) is 'Ends the processing of a webhook: processed, or failed when there is an error.';

create function public.replay_webhook(webhook_id uuid) returns public.webhook_logs
language plpgsql security definer set search_path = ''
as $$
declare
  replayed public.webhook_logs;
begin
  update public.webhook_logs as w set status = 'received' where w.id = webhook_id returning w.* into replayed;
  if replayed.id is null then
    raise sqlstate 'PT404' using message = format('there is no webhook %s', webhook_id);
  end if;
  return replayed;
end
$$;
comment on function public.replay_webhook(uuid) is 'Puts a processed or failed webhook back to "received", to be processed again. Service only.';

create function hedgerow.delete_old_webhooks(moment timestamptz default now(), keep interval default '90 days') returns integer
language plpgsql security definer set search_path = ''
as $$
declare
  gone integer;
begin
  delete from public.webhook_logs where status in ('processed', 'failed') and created_at < moment - keep;
  get diagnostics gone = row_count;
  return gone;
end
$$;
comment on function hedgerow.delete_old_webhooks(timestamptz, interval) is
  'Deletes ended webhooks older than 90 days at the moment; returns how many. What was never processed stays.';

grant execute on function public.replay_webhook(uuid) to service_role;
grant execute on function
  hedgerow.receive_webhook(text, text, text, jsonb, text),
  hedgerow.claim_webhook(uuid),
  hedgerow.finish_webhook(uuid, jsonb, text),
  hedgerow.delete_old_webhooks(timestamptz, interval)
to hedgerow_jobs, service_role;

alter table public.api_integrations enable row level security;
alter table public.api_integrations force row level security;
alter table public.webhook_logs enable row level security;
alter table public.webhook_logs force row level security;

create trigger update_api_integrations_updated_at before update on public.api_integrations
  for each row execute function public.update_updated_at_column();

-- Forced RLS binds the tables' owner; these run as the definer.
alter function public.use_api_integration(uuid) owner to hedgerow_definer;
alter function hedgerow.receive_webhook(text, text, text, jsonb, text) owner to hedgerow_definer;
alter function hedgerow.claim_webhook(uuid) owner to hedgerow_definer;
alter function hedgerow.finish_webhook(uuid, jsonb, text) owner to hedgerow_definer;
alter function public.replay_webhook(uuid) owner to hedgerow_definer;
alter function hedgerow.delete_old_webhooks(timestamptz, interval) owner to hedgerow_definer;
