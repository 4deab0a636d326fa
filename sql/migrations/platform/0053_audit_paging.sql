-- /auth/v1/admin/audit reads the newest entries first; without an index every page would sort the whole log.
create index audit_logs_created_at_idx on auth.audit_log_entries (created_at desc, id);
