-- What the files of a workspace take is metered as they change and held against the plan of its owner (IC-09). Each record
-- is a change in gigabytes of 10^9 bytes, so that amounts are exact decimals.

create function hedgerow.record_storage(workspace uuid, gb numeric, about jsonb default '{}') returns void
language plpgsql security definer set search_path = ''
as $$
declare
  payer uuid := (select w.owner_id from public.workspaces as w where w.id = workspace);
begin
  if gb = 0 or payer is null then
    return;
  end if;
  insert into public.usage_records (user_id, workspace_id, resource_type, amount, unit, metadata)
  values (coalesce((select u.id from public.users as u where u.id = (select auth.uid())), payer),
    workspace, 'storage_gb', trim_scale(gb), 'GB', about);
  if gb > 0 then
    perform hedgerow.hold_plan_limit(payer, 'storage_gb');
  end if;
end
$$;
comment on function hedgerow.record_storage(uuid, numeric, jsonb) is
  'Meters a change of what a workspace stores (10^9 bytes) and refuses (402) growth over its owner''s plan.';

create function hedgerow.stored_in(workspace uuid) returns numeric
language plpgsql stable security definer set search_path = ''
as $$
begin
  return (
    select coalesce(sum(f.size_bytes), 0) / 1e9
    from public.files as f join public.projects as p on p.id = f.project_id
    where p.workspace_id = workspace
  );
end
$$;
comment on function hedgerow.stored_in(uuid) is 'Gigabytes (10^9 bytes) in the files of a workspace, deleted ones that can be restored included.';

-- Every statement that changes files is one record for each workspace it touches.
create function hedgerow.meter_files() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  change record;
begin
  for change in
    execute format(
      'select p.workspace_id, sum(f.bytes) / 1e9 as gb from (%s) as f join public.projects as p on p.id = f.project_id '
      || 'group by p.workspace_id having sum(f.bytes) <> 0 order by p.workspace_id',
      case tg_op
        when 'INSERT' then 'select project_id, coalesce(size_bytes, 0) as bytes from new_files'
        when 'DELETE' then 'select project_id, -coalesce(size_bytes, 0) as bytes from old_files'
        else 'select project_id, coalesce(size_bytes, 0) as bytes from new_files union all '
          || 'select project_id, -coalesce(size_bytes, 0) from old_files'
      end)
  loop
    perform hedgerow.record_storage(change.workspace_id, change.gb, jsonb_build_object('from', 'files'));
  end loop;
  return null;
end
$$;
create trigger files_meter_insert after insert on public.files
  referencing new table as new_files for each statement execute function hedgerow.meter_files();
create trigger files_meter_update after update on public.files
  referencing old table as old_files new table as new_files for each statement execute function hedgerow.meter_files();
create trigger files_meter_delete after delete on public.files
  referencing old table as old_files for each statement execute function hedgerow.meter_files();

-- When a project goes, its files go by cascade, after it: too late to find the workspace. So it is credited before;
-- likewise for a workspace, whose projects no longer find it.
create function hedgerow.credit_project() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform hedgerow.record_storage(old.workspace_id,
    -(select coalesce(sum(f.size_bytes), 0) / 1e9 from public.files as f where f.project_id = old.id),
    jsonb_build_object('deleted_project', old.id));
  return old;
end
$$;
create trigger projects_credit before delete on public.projects
  for each row execute function hedgerow.credit_project();

create function hedgerow.credit_workspace() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  -- A workspace that goes because its owner goes needs no credit: there is nobody left to pay.
  if exists (select from public.users as u where u.id = old.owner_id) then
    perform hedgerow.record_storage(old.id, -hedgerow.stored_in(old.id), jsonb_build_object('deleted_workspace', old.id));
  end if;
  return old;
end
$$;
create trigger workspaces_credit before delete on public.workspaces
  for each row execute function hedgerow.credit_workspace();

-- With a workspace its projects and what it stores move to the new owner's plan, which must have room for them.
create function hedgerow.move_workspace() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  gb constant numeric := hedgerow.stored_in(new.id);
begin
  if new.owner_id = old.owner_id then
    return null;
  end if;
  perform pg_advisory_xact_lock(hashtext('hedgerow.project_limit'), hashtext(new.owner_id::text) & 1023);
  perform hedgerow.hold_plan_limit(new.owner_id, 'projects');
  -- The record's payer is the owner by now, so that the old one is credited outside the workspace.
  if gb > 0 and exists (select from public.users as u where u.id = old.owner_id) then
    insert into public.usage_records (user_id, resource_type, amount, unit, metadata)
    values (old.owner_id, 'storage_gb', -trim_scale(gb), 'GB', jsonb_build_object('transferred_workspace', new.id));
  end if;
  perform hedgerow.record_storage(new.id, gb, jsonb_build_object('transferred_workspace', new.id));
  return null;
end
$$;
create trigger workspaces_move after update of owner_id on public.workspaces
  for each row execute function hedgerow.move_workspace();

-- Likewise with a project that moves to another owner's workspace.
create function hedgerow.move_project() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  giver uuid := (select w.owner_id from public.workspaces as w where w.id = old.workspace_id);
  taker uuid := (select w.owner_id from public.workspaces as w where w.id = new.workspace_id);
  gb numeric;
begin
  if giver = taker then
    return null;
  end if;
  perform pg_advisory_xact_lock(hashtext('hedgerow.project_limit'), hashtext(taker::text) & 1023);
  perform hedgerow.hold_plan_limit(taker, 'projects');
  select coalesce(sum(f.size_bytes), 0) / 1e9 into gb from public.files as f where f.project_id = new.id;
  perform hedgerow.record_storage(old.workspace_id, -gb, jsonb_build_object('project_id', new.id));
  perform hedgerow.record_storage(new.workspace_id, gb, jsonb_build_object('project_id', new.id));
  return null;
end
$$;
create trigger projects_move after update of workspace_id on public.projects
  for each row execute function hedgerow.move_project();

-- Forced RLS binds the tables' owner; these run as the definer.
alter function hedgerow.move_project() owner to hedgerow_definer;
alter function hedgerow.record_storage(uuid, numeric, jsonb) owner to hedgerow_definer;
alter function hedgerow.meter_files() owner to hedgerow_definer;
alter function hedgerow.credit_project() owner to hedgerow_definer;
alter function hedgerow.stored_in(uuid) owner to hedgerow_definer;
alter function hedgerow.credit_workspace() owner to hedgerow_definer;
alter function hedgerow.move_workspace() owner to hedgerow_definer;
