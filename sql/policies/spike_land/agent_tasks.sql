-- SL-15: read by the box's owner, written by the agents with the service key.
revoke all on spike_land.agent_tasks from anon, authenticated;
grant select on spike_land.agent_tasks to authenticated;

create policy "People see what the agents of their boxes do" on spike_land.agent_tasks for select to authenticated
  using (box_id = any ((select spike_land_private.own_box_ids())::text[]));
