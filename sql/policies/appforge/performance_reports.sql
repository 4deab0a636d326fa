-- AF-09: read with the project; made by rpc/generate_performance_report.
revoke all on appforge.performance_reports from anon, authenticated;
grant select on appforge.performance_reports to authenticated;

create policy "People see the reports of their apps" on appforge.performance_reports for select to authenticated
  using (app_id = any ((select appforge_private.app_ids(1))::text[]));
