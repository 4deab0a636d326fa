-- Usage: what was consumed, who pays for it, and the plan's limits (IC-09, IC-10).
--
-- Whose plan counts: the workspace's owner pays for everything that happens in the workspace, whoever did it; what
-- happens outside a workspace is paid by the user who did it. The payer is written down with each record
-- (billed_to), so that deleting a workspace does not hand its tokens to somebody else or give them back.

create table public.usage_records (
  id uuid not null default gen_random_uuid(),
  user_id uuid not null references public.users (id) on delete cascade,
  workspace_id uuid references public.workspaces (id) on delete set null,
  resource_type text not null check (resource_type in ('ai_tokens', 'api_calls', 'storage_gb', 'executions')),
  amount decimal not null,
  unit text not null,
  metadata jsonb default '{}',
  recorded_at timestamptz not null default now(),
  created_at timestamptz default now(),
  billed_to uuid references public.users (id) on delete set null,
  primary key (id, recorded_at),
  constraint usage_records_amount_positive check (amount >= 0 or resource_type = 'storage_gb')
) partition by range (recorded_at);
create index idx_usage_records_user on public.usage_records (user_id, recorded_at desc);
create index idx_usage_records_workspace on public.usage_records (workspace_id, recorded_at desc);
create index idx_usage_records_type on public.usage_records (resource_type, recorded_at desc);
create index idx_usage_records_user_date on public.usage_records (user_id, recorded_at desc);
-- Serves the sum that is held against a plan, from the index alone.
create index idx_usage_records_billed on public.usage_records (billed_to, resource_type, recorded_at) include (amount);
comment on table public.usage_records is
  'Metered use, append-only. Read by its user and by the workspace''s admins, written by service and by the functions that meter.';
comment on column public.usage_records.amount is
  'How much, in units. Storage is metered as changes: negative when something was deleted.';
comment on column public.usage_records.billed_to is 'Who pays: the workspace''s owner at that moment, or the user. Set by the database.';
select hedgerow.partition_by_month('public.usage_records');

create function hedgerow.usage_payer() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  new.billed_to := coalesce((select w.owner_id from public.workspaces as w where w.id = new.workspace_id), new.user_id);
  return new;
end
$$;
create trigger usage_records_payer before insert on public.usage_records
  for each row execute function hedgerow.usage_payer();

-- Storage is a level, not a flow: its records are summed over all time, but old records go with their partition. The
-- running total is kept here.
create table hedgerow.storage_use (
  billed_to uuid primary key references public.users (id) on delete cascade,
  gb numeric not null
);
comment on table hedgerow.storage_use is 'Gigabytes (10^9 bytes) that a payer stores: the sum of the storage_gb records ever written.';

create function hedgerow.total_storage() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  insert into hedgerow.storage_use as s (billed_to, gb)
  select u.billed_to, sum(u.amount) from new_records as u
  where u.resource_type = 'storage_gb'
  group by u.billed_to
  order by u.billed_to
  on conflict (billed_to) do update set gb = s.gb + excluded.gb;
  return null;
end
$$;
create trigger usage_records_total_storage after insert on public.usage_records
  referencing new table as new_records
  for each statement execute function hedgerow.total_storage();

create function hedgerow.plan_of(payer uuid) returns public.subscription_plans
language plpgsql stable security definer set search_path = ''
as $$
declare
  paid public.subscription_plans;
begin
  select p.* into paid
  from public.subscription_plans as p
  where p.id = coalesce(
    (select s.plan_id
     from public.subscriptions as s join public.customers as c on c.id = s.customer_id
     where c.user_id = payer and s.status in ('active', 'trialing', 'past_due')
     order by s.current_period_end desc limit 1),
    (select f.id from public.subscription_plans as f where f.slug = 'free'));
  return paid;
end
$$;
comment on function hedgerow.plan_of(uuid) is
  'The plan a user pays for. A past_due subscription still counts while Stripe retries the payment; none means "free".';

create function hedgerow.usage_period_start(payer uuid, moment timestamptz) returns timestamptz
language plpgsql stable security definer set search_path = '' set timezone = 'UTC'
as $$
begin
  return coalesce(
    (select s.current_period_start
     from public.subscriptions as s join public.customers as c on c.id = s.customer_id
     where c.user_id = payer and s.status in ('active', 'trialing', 'past_due') and s.billing_interval = 'monthly'
       and moment >= s.current_period_start and moment < s.current_period_end
     order by s.current_period_end desc limit 1),
    date_trunc('month', moment));
end
$$;
comment on function hedgerow.usage_period_start(uuid, timestamptz) is
  'When the period began that limits are held against: the monthly subscription''s, else the calendar month (UTC), yearly payers included.';

create function hedgerow.usage_of(payer uuid, resource text, moment timestamptz default now()) returns numeric
language plpgsql stable security definer set search_path = ''
as $$
begin
  return case resource
    when 'projects' then (
      select count(*) from public.projects as p join public.workspaces as w on w.id = p.workspace_id
      where w.owner_id = payer)
    when 'storage_gb' then coalesce((select s.gb from hedgerow.storage_use as s where s.billed_to = payer), 0)
    else coalesce((
      select sum(u.amount) from public.usage_records as u
      where u.billed_to = payer and u.resource_type = resource
        and u.recorded_at >= hedgerow.usage_period_start(payer, moment)), 0)
  end;
end
$$;
comment on function hedgerow.usage_of(uuid, text, timestamptz) is
  'What a payer uses of "projects" (now), "storage_gb" (now) or a metered resource (since the period began).';

create function hedgerow.hold_plan_limit(payer uuid, resource text, wanted numeric default 0) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  plan constant public.subscription_plans := hedgerow.plan_of(payer);
  allowed constant numeric := (plan.limits ->> resource)::numeric;
  used numeric;
begin
  if allowed is null then
    return;
  end if;
  used := hedgerow.usage_of(payer, resource);
  if used + wanted > allowed then
    raise sqlstate 'PT402' using
      message = format('the plan "%s", which pays for this, allows %s %s', plan.slug, allowed, replace(resource, '_', ' ')),
      detail = format('%s would be in use.', trim_scale(used + wanted)),
      hint = 'Upgrade the plan of the workspace''s owner, or free some.';
  end if;
end
$$;
comment on function hedgerow.hold_plan_limit(uuid, text, numeric) is
  'Raises 402 when what the payer uses, and what is wanted on top, exceeds the plan.';

create function hedgerow.hold_project_limit() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  payer uuid;
begin
  -- The locks make parallel writers count one after the other. They are 1,024 buckets rather than a lock for each
  -- payer, so that a bulk load cannot exhaust the lock table; in order, so that two bulk loads cannot deadlock.
  perform pg_advisory_xact_lock(hashtext('hedgerow.project_limit'), b.bucket)
  from (select distinct hashtext(w.owner_id::text) & 1023 as bucket
        from new_projects as p join public.workspaces as w on w.id = p.workspace_id
        order by 1) as b;
  for payer in
    select distinct w.owner_id from new_projects as p join public.workspaces as w on w.id = p.workspace_id
  loop
    perform hedgerow.hold_plan_limit(payer, 'projects');
  end loop;
  return null;
end
$$;
create trigger projects_hold_limit after insert on public.projects
  referencing new table as new_projects
  for each statement execute function hedgerow.hold_project_limit();

create function public.plan_usage(workspace_id uuid default null)
returns table (plan text, resource text, used numeric, allowed numeric)
language plpgsql stable security definer set search_path = ''
as $$
declare
  payer uuid := (select auth.uid());
  of_payer public.subscription_plans;
begin
  if plan_usage.workspace_id is not null then
    if not hedgerow.has_workspace_role(plan_usage.workspace_id, 'admin') then
      raise insufficient_privilege using
        message = 'only admins and the owner of a workspace see what its plan allows',
        hint = 'Leave workspace_id out to see your own plan.';
    end if;
    select w.owner_id into payer from public.workspaces as w where w.id = plan_usage.workspace_id;
  end if;
  of_payer := hedgerow.plan_of(payer);
  return query
    select of_payer.slug, r.resource, hedgerow.usage_of(payer, r.resource), (of_payer.limits ->> r.resource)::numeric
    from unnest(array['projects', 'ai_tokens', 'storage_gb', 'api_calls', 'executions']) as r (resource);
end
$$;
comment on function public.plan_usage(uuid) is
  'What the plan that pays for a workspace (without one: your own) allows and how much of it is used. Null: unlimited.';
grant execute on function public.plan_usage(uuid) to authenticated;

alter table public.usage_records enable row level security;
alter table public.usage_records force row level security;

-- Forced RLS binds the tables' owner; these run as the definer.
alter function hedgerow.usage_payer() owner to hedgerow_definer;
alter function hedgerow.total_storage() owner to hedgerow_definer;
alter function hedgerow.plan_of(uuid) owner to hedgerow_definer;
alter function hedgerow.usage_period_start(uuid, timestamptz) owner to hedgerow_definer;
alter function hedgerow.usage_of(uuid, text, timestamptz) owner to hedgerow_definer;
alter function hedgerow.hold_plan_limit(uuid, text, numeric) owner to hedgerow_definer;
alter function hedgerow.hold_project_limit() owner to hedgerow_definer;
alter function public.plan_usage(uuid) owner to hedgerow_definer;
