-- A metric is of a moment that there was. Of '-infinity' no hour could be rolled up, and with that one row nobody's were, nor was anything archived.

set local role hedgerow_definer;
delete from appforge.app_metrics as m where m.timestamp < '2000-01-01 00:00:00+00' or m.timestamp = 'infinity';
set local role hedgerow_admin;

alter table appforge.app_metrics
  add constraint app_metrics_timestamp_is_a_moment check (timestamp >= '2000-01-01 00:00:00+00' and timestamp < 'infinity') not valid;
