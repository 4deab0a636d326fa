-- Two indexes of the sessions that each refresh opens and each sign-in writes, and that answer nothing: (user_id, created_at) answers what (user_id) does, and
-- no session belongs to an OAuth client.
drop index auth.sessions_user_id_idx;
drop index auth.sessions_oauth_client_id_idx;
