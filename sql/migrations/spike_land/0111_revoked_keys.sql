-- As in 0008, but that the hash is not shown (SL-16): nobody reads it.

set local role hedgerow_definer;

create or replace function spike_land.revoke_api_key(key_id text) returns spike_land.api_keys
language plpgsql security definer set search_path = ''
as $$
declare
  revoked spike_land.api_keys;
begin
  update spike_land.api_keys as k set is_active = false where k.id = key_id and k.user_id = spike_land_private.require_me() returning k.* into revoked;
  if revoked.id is null then
    raise sqlstate 'PT404' using message = format('you have no key %s', key_id);
  end if;
  revoked.key_hash := null;
  return revoked;
end
$$;
