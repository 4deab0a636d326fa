-- A session's updated_at moves once a minute at most while it is refreshed (platform/0090), which is as often as anybody looks. So the trigger is bound to that
-- column: the refreshes between do not even read its condition, which PostgreSQL would take apart anew at each of them.
create or replace trigger on_auth_session_refreshed after update of updated_at on auth.sessions
  for each row execute function hedgerow.follow_session();
