-- Connections to other platforms, and what AI found there (WB-03).

create table web_builder.platform_integrations (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null default auth.uid() references web_builder.users (id) on delete cascade,
  platform_type varchar(50) not null check (platform_type in ('gohighlevel', 'simvoly', 'wordpress', 'custom')),
  connection_status varchar(20) not null default 'pending' check (connection_status in ('connected', 'disconnected', 'error', 'pending')),
  account_name varchar(255),
  account_email varchar(255),
  encrypted_credentials text,
  platform_metadata jsonb not null default '{}',
  last_sync_at timestamptz,
  sync_status varchar(20) not null default 'idle' check (sync_status in ('idle', 'syncing', 'error', 'completed')),
  sync_error_message text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (user_id, platform_type)
);
create index idx_platform_integrations_connected on web_builder.platform_integrations (user_id) where connection_status = 'connected';
comment on table web_builder.platform_integrations is 'Connections to GoHighLevel, Simvoly, WordPress and others: one each';
comment on column web_builder.platform_integrations.connection_status is 'pending, connected, disconnected or error. Written by service';
comment on column web_builder.platform_integrations.encrypted_credentials is 'Written in clear, stored encrypted, never read back';
comment on column web_builder.platform_integrations.sync_status is 'idle, syncing, completed or error. `rpc/sync_platform` begins a sync, service reports';

create table web_builder.platform_analyses (
  id uuid primary key default gen_random_uuid(),
  integration_id uuid not null references web_builder.platform_integrations (id) on delete cascade,
  analysis_type varchar(50) not null check (analysis_type in ('full_audit', 'campaign_analysis', 'migration_assessment')),
  summary jsonb,
  campaigns_analyzed jsonb not null default '[]',
  recommendations jsonb not null default '[]',
  migration_assessment jsonb,
  ai_model_used varchar(100),
  ai_cost decimal(10,4) not null default 0 check (ai_cost >= 0),
  processing_time_seconds integer check (processing_time_seconds >= 0),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index idx_platform_analyses_integration_id on web_builder.platform_analyses (integration_id, created_at desc);
comment on table web_builder.platform_analyses is 'What AI found on a connected platform, at what cost. Written by service';
comment on column web_builder.platform_analyses.ai_cost is 'Dollars, four places';

alter table web_builder.platform_integrations enable row level security, force row level security;
alter table web_builder.platform_analyses enable row level security, force row level security;
create trigger touch_updated_at before update on web_builder.platform_integrations for each row execute function hedgerow.touch_updated_at();
create trigger touch_updated_at before update on web_builder.platform_analyses for each row execute function hedgerow.touch_updated_at();
create trigger encrypt_columns before insert or update on web_builder.platform_integrations
  for each row execute function hedgerow.encrypt_columns('encrypted_credentials');
create trigger audit after insert or update or delete on web_builder.platform_integrations
  for each row execute function web_builder_private.audit('user_id');
create trigger keep_connection before update of connection_status on web_builder.platform_integrations
  for each row execute function hedgerow.keep_lifecycle('connection', 'connection_status',
    'pending>connected', 'pending>error', 'connected>disconnected', 'connected>error', 'error>pending', 'error>connected', 'error>disconnected',
    'pending>disconnected', 'disconnected>pending', 'disconnected>connected');
create trigger keep_sync before update of sync_status on web_builder.platform_integrations
  for each row execute function hedgerow.keep_lifecycle('sync', 'sync_status',
    'idle>syncing', 'syncing>completed', 'syncing>error', 'completed>syncing', 'error>syncing', 'completed>idle', 'error>idle');

create function web_builder_private.time_sync() returns trigger
language plpgsql set search_path = ''
as $$
begin
  if new.sync_status = 'completed' and old.sync_status <> 'completed' then
    new.last_sync_at := clock_timestamp();
    new.sync_error_message := null;
  end if;
  return new;
end
$$;
comment on function web_builder_private.time_sync() is 'Row trigger: last_sync_at is when a sync completed';
create trigger time_sync before update of sync_status on web_builder.platform_integrations
  for each row execute function web_builder_private.time_sync();

create function web_builder_private.count_platform_call() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if tg_table_name = 'platform_analyses' then
    perform web_builder_private.use((select i.user_id from web_builder.platform_integrations as i where i.id = new.integration_id), 'api_calls_made', 1);
  else
    perform web_builder_private.use(new.user_id, 'api_calls_made', 1);
  end if;
  return null;
end
$$;
comment on function web_builder_private.count_platform_call() is 'Row trigger: a sync and an analysis are a call each';
alter function web_builder_private.count_platform_call() owner to hedgerow_definer;
create trigger count_call after insert on web_builder.platform_analyses
  for each row execute function web_builder_private.count_platform_call();
create trigger count_call after update of sync_status on web_builder.platform_integrations
  for each row when (new.sync_status = 'syncing' and old.sync_status <> 'syncing')
  execute function web_builder_private.count_platform_call();

create function web_builder.sync_platform(integration_id uuid) returns web_builder.platform_integrations
language plpgsql security definer set search_path = ''
as $$
declare
  begun web_builder.platform_integrations;
begin
  update web_builder.platform_integrations as i set sync_status = 'syncing'
  where i.id = sync_platform.integration_id and i.user_id = web_builder_private.me()
  returning * into begun;
  if begun.id is null then
    raise sqlstate 'PT404' using message = format('you have no integration %s', integration_id), hint = 'platform_integrations lists yours.';
  end if;
  perform web_builder_private.enqueue_job('platform_sync', jsonb_build_object('integration_id', begun.id));
  begun.encrypted_credentials := null;
  return begun;
end
$$;
comment on function web_builder.sync_platform(uuid) is 'Begins to read a connected platform anew; counts as a call';
alter function web_builder.sync_platform(uuid) owner to hedgerow_definer;
grant execute on function web_builder.sync_platform(uuid) to authenticated;

create function web_builder.reveal_platform_credentials(integration_id uuid) returns text
language plpgsql stable security definer set search_path = ''
as $$
begin
  return (select hedgerow.decrypt(i.encrypted_credentials) from web_builder.platform_integrations as i where i.id = reveal_platform_credentials.integration_id);
end
$$;
comment on function web_builder.reveal_platform_credentials(uuid) is 'The credentials of an integration in clear. With the service key only';
alter function web_builder.reveal_platform_credentials(uuid) owner to hedgerow_definer;
grant execute on function web_builder.reveal_platform_credentials(uuid) to service_role;
