-- As in 0004 and 0002, but that a sync is begun once until it ends, since what is not begun is not counted (WB-02), and that no calls at all are no call.

set local role hedgerow_definer;

create or replace function web_builder.sync_platform(integration_id uuid) returns web_builder.platform_integrations
language plpgsql security definer set search_path = ''
as $$
declare
  begun web_builder.platform_integrations;
begin
  select * into begun from web_builder.platform_integrations as i
  where i.id = sync_platform.integration_id and i.user_id = web_builder_private.me() for no key update;
  if begun.id is null then
    raise sqlstate 'PT404' using message = format('you have no integration %s', integration_id), hint = 'platform_integrations lists yours.';
  end if;
  if begun.sync_status = 'syncing' then
    raise sqlstate 'PT409' using message = format('integration %s is "syncing" already', begun.id), hint = 'Wait for its end.';
  end if;
  update web_builder.platform_integrations as i set sync_status = 'syncing' where i.id = begun.id returning * into begun;
  perform web_builder_private.enqueue_job('platform_sync', jsonb_build_object('integration_id', begun.id));
  begun.encrypted_credentials := null;
  return begun;
end
$$;

create or replace function web_builder.record_api_calls(user_id uuid, calls integer default 1) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  if coalesce(record_api_calls.calls, 0) < 1 then
    raise sqlstate 'PT400' using message = 'calls is less than 1', hint = 'Calls are counted, never taken back.';
  end if;
  perform web_builder_private.use(record_api_calls.user_id, 'api_calls_made', record_api_calls.calls);
end
$$;
