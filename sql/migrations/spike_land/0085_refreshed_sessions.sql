-- A refresh within the hour moves nothing; so it is not even asked of the function, except in the first of each hour.
drop trigger spike_land_session on auth.sessions;
create trigger spike_land_session after insert on auth.sessions
  for each row execute function spike_land_private.sync_session();
create trigger spike_land_session_refreshed after update of updated_at, not_after on auth.sessions
  for each row when (new.not_after is distinct from old.not_after or date_bin('1 hour', new.updated_at, 'epoch') is distinct from date_bin('1 hour', old.updated_at, 'epoch'))
  execute function spike_land_private.sync_session();
