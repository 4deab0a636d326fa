-- iCreateTechs' upkeep, by name (hedgerow jobs run NAME).

select hedgerow.register_upkeep('icreatetechs.delete-old-logs', 'hedgerow.delete_old_logs');
select hedgerow.register_upkeep('icreatetechs.delete-old-webhooks', 'hedgerow.delete_old_webhooks');
select hedgerow.register_upkeep('icreatetechs.delete-expired-analyses', 'hedgerow.delete_expired_analyses');
select hedgerow.register_upkeep('icreatetechs.release-dead-jobs', 'hedgerow.release_dead_jobs', '1 minute');
