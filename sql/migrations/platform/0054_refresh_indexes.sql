-- A refresh inserts one row and marks another as spent; nothing is written more often. Five of the seven indexes were Supabase's for questions that
-- nobody asks here (every row has the same instance_id), and two of them name what a refresh changes, so that each spent token cost
-- seven new index entries. Now spending a token touches no index at all (a heap-only tuple).
drop index auth.refresh_tokens_instance_id_idx;
drop index auth.refresh_tokens_instance_id_user_id_idx;
drop index auth.refresh_tokens_session_id_revoked_idx;
drop index auth.refresh_tokens_updated_at_idx;
create index refresh_tokens_session_id_idx on auth.refresh_tokens (session_id);
alter table auth.refresh_tokens set (fillfactor = 80);

-- The same of the audit log.
drop index auth.audit_logs_instance_id_idx;
