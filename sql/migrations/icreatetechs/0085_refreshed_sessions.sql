-- Sessions are refreshed far more often than anybody looks at them. What moves at most once a minute is asked for only where a minute has passed, so that the
-- refresh between costs no call.
create or replace trigger on_auth_session_refreshed after update on auth.sessions
  for each row when ((new.refreshed_at > old.refreshed_at and new.refreshed_at < old.refreshed_at + interval '1 minute') is not true)
  execute function hedgerow.follow_session();
