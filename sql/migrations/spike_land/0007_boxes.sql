-- Boxes: machines with agents on them, by the hour (SL-15). What happens to a box is an action: its owner orders one, a worker
-- carries it out, and the box's status follows.

create table spike_land.box_tiers (
  id text primary key default hedgerow.cuid(),
  name text not null unique,
  description text,
  cpu integer not null check (cpu > 0),
  ram integer not null check (ram > 0),
  storage integer not null check (storage > 0),
  price_per_hour integer not null check (price_per_hour >= 0),
  price_per_month integer not null check (price_per_month >= 0),
  is_active boolean not null default true,
  sort_order integer not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index box_tiers_active_idx on spike_land.box_tiers (is_active, sort_order);
comment on table spike_land.box_tiers is 'Sizes of boxes. Active ones are public; written by admins.';
comment on column spike_land.box_tiers.ram is 'Megabytes';
comment on column spike_land.box_tiers.storage is 'Gigabytes';
comment on column spike_land.box_tiers.price_per_hour is 'Tokens for each begun hour that a box runs';

create table spike_land.boxes (
  id text primary key default hedgerow.cuid(),
  name text not null check (name ~ '\S'),
  description text,
  user_id text not null default spike_land_private.me() references spike_land.users (id) on delete cascade,
  tier_id text references spike_land.box_tiers (id) on delete set null,
  status spike_land.box_status not null default 'CREATING',
  connection_url text,
  storage_volume_id text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz,
  charged_until timestamptz
);
create index boxes_user_idx on spike_land.boxes (user_id, created_at desc);
create index boxes_status_idx on spike_land.boxes (status, charged_until);
create index boxes_tier_idx on spike_land.boxes (tier_id);
comment on table spike_land.boxes is 'A person''s machines. Their status follows their actions; deleted ones are hidden, not gone.';
comment on column spike_land.boxes.connection_url is 'Where the screen is shown';
comment on column spike_land.boxes.deleted_at is 'Since when it is hidden from its owner';
comment on column spike_land.boxes.charged_until is 'Up to when its hours are paid';

create trigger boxes_lifecycle before update of status on spike_land.boxes
  for each row execute function hedgerow.keep_lifecycle('box',
    'CREATING>RUNNING', 'CREATING>STOPPED', 'CREATING>STOPPING', 'CREATING>ERROR', 'STARTING>RUNNING', 'STARTING>STOPPING', 'STARTING>ERROR',
    'RUNNING>PAUSED', 'RUNNING>STARTING', 'RUNNING>STOPPING', 'RUNNING>ERROR', 'PAUSED>RUNNING', 'PAUSED>STARTING', 'PAUSED>STOPPING',
    'STOPPING>STOPPED', 'STOPPING>TERMINATED', 'STOPPING>ERROR', 'STOPPED>STARTING', 'STOPPED>STOPPING', 'STOPPED>TERMINATED',
    'ERROR>STARTING', 'ERROR>STOPPING', 'ERROR>TERMINATED');

create table spike_land.box_actions (
  id text primary key default hedgerow.cuid(),
  box_id text not null references spike_land.boxes (id) on delete cascade,
  action spike_land.box_action_type not null,
  status spike_land.job_status not null default 'PENDING',
  metadata jsonb,
  error text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index box_actions_box_idx on spike_land.box_actions (box_id, created_at desc);
create unique index box_actions_one_at_a_time_idx on spike_land.box_actions (box_id) where status in ('PENDING', 'PROCESSING');
create index box_actions_status_idx on spike_land.box_actions (status, created_at);
comment on table spike_land.box_actions is 'What was ordered of a box, one thing at a time. Inserted by its owner, carried out by workers.';

create trigger box_actions_lifecycle before update of status on spike_land.box_actions
  for each row execute function hedgerow.keep_lifecycle('box action', 'PENDING>PROCESSING', 'PROCESSING>COMPLETED', 'PROCESSING>FAILED', 'PENDING>FAILED');

create table spike_land.agent_tasks (
  id text primary key default hedgerow.cuid(),
  box_id text not null references spike_land.boxes (id) on delete cascade,
  type text not null check (type ~ '\S'),
  payload jsonb,
  status spike_land.job_status not null default 'PENDING',
  result jsonb,
  error text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index agent_tasks_box_idx on spike_land.agent_tasks (box_id, status);
comment on table spike_land.agent_tasks is 'What the agent on a box does: NAVIGATE, CLICK, TYPE … Written by the agents, read by the box''s owner.';

create trigger agent_tasks_lifecycle before update of status on spike_land.agent_tasks
  for each row execute function hedgerow.keep_lifecycle('agent task',
    'PENDING>PROCESSING', 'PENDING>CANCELLED', 'PROCESSING>COMPLETED', 'PROCESSING>FAILED', 'PROCESSING>CANCELLED');

create table spike_land.box_messages (
  id text primary key default hedgerow.cuid(),
  box_id text not null references spike_land.boxes (id) on delete cascade,
  role spike_land.box_message_role not null default 'USER',
  content text not null check (content ~ '\S'),
  created_at timestamptz not null default now()
);
create index box_messages_box_idx on spike_land.box_messages (box_id, created_at);
comment on table spike_land.box_messages is 'The talk with the agent. Its owner writes as USER; AGENT and SYSTEM are the workers''. Append-only.';

set local role hedgerow_definer;

insert into spike_land.box_tiers (name, description, cpu, ram, storage, price_per_hour, price_per_month, sort_order) values
  ('Standard', 'A browser and an agent.', 2, 4096, 20, 2, 500, 10),
  ('Pro', 'Several pages at once.', 4, 8192, 50, 5, 1200, 20),
  ('Ultra', 'Builds and video.', 8, 16384, 100, 10, 2500, 30);

create function spike_land_private.hourly_price(box spike_land.boxes) returns integer
language sql stable security definer set search_path = ''
as $$
  select coalesce((select t.price_per_hour from spike_land.box_tiers as t where t.id = box.tier_id), 0)
$$;
comment on function spike_land_private.hourly_price(spike_land.boxes) is 'Tokens for an hour of the box';

create function spike_land_private.demand_first_hour(box spike_land.boxes) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  price constant integer := spike_land_private.hourly_price(box);
  there integer;
begin
  perform spike_land_private.regenerate_tokens(box.user_id, now());
  select b.balance into there from spike_land.user_token_balances as b where b.user_id = box.user_id;
  if there < price then
    raise sqlstate 'PT402' using
      message = format('an hour of this box costs %s tokens and %s are there', price, there),
      hint = 'Tokens regenerate with time; a package, a voucher or a subscription brings more.';
  end if;
end
$$;
comment on function spike_land_private.demand_first_hour(spike_land.boxes) is '402 when its owner cannot pay an hour of the box';

create function spike_land_private.order_creation() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  -- A box of service's or of a restored backup says itself what it is.
  if new.status = 'CREATING' then
    insert into spike_land.box_actions (box_id, action) values (new.id, 'CREATE');
  end if;
  return null;
end
$$;
comment on function spike_land_private.order_creation() is 'Row trigger: a new box is to be created';

create function spike_land_private.begin_box_action() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  box spike_land.boxes;
  becomes spike_land.box_status;
begin
  select * into box from spike_land.boxes as b where b.id = new.box_id for no key update;
  if box.id is null or new.status <> 'PENDING' then
    return new; -- the foreign key refuses the first; the second is history
  end if;
  if auth.uid() is not null and box.user_id is distinct from spike_land_private.me() then
    return new; -- the policy refuses it, without a word about somebody else's box
  end if;
  if box.deleted_at is not null then
    raise sqlstate 'PT409' using message = format('box %s is deleted', box.id);
  end if;
  becomes := case
    when new.action = 'CREATE' and box.status = 'CREATING' then box.status
    when new.action = 'START' and box.status in ('STOPPED', 'PAUSED', 'ERROR') then 'STARTING'
    when new.action = 'RESTART' and box.status in ('RUNNING', 'PAUSED', 'ERROR') then 'STARTING'
    when new.action = 'STOP' and box.status in ('RUNNING', 'PAUSED', 'STARTING') then 'STOPPING'
    when new.action = 'DELETE' and box.status in ('RUNNING', 'PAUSED', 'STOPPED', 'ERROR') then 'STOPPING'
    when new.action = 'CLONE' and box.status in ('RUNNING', 'PAUSED', 'STOPPED') then box.status
  end;
  if becomes is null then
    raise sqlstate 'PT409' using
      message = format('box %s is "%s": %s is not possible', box.id, box.status, new.action),
      hint = 'A stopped box starts; a running one stops and restarts; one that rests is deleted or cloned.';
  end if;
  if exists (select from spike_land.box_actions as a where a.box_id = box.id and a.status in ('PENDING', 'PROCESSING')) then
    raise sqlstate 'PT409' using message = format('something is being done to box %s already', box.id), hint = 'Wait for its action to end.';
  end if;
  if new.action in ('CREATE', 'START', 'RESTART') then
    perform spike_land_private.demand_first_hour(box);
  end if;
  update spike_land.boxes as b set status = becomes, deleted_at = case when new.action = 'DELETE' then now() else b.deleted_at end where b.id = box.id;
  return new;
end
$$;
comment on function spike_land_private.begin_box_action() is 'Row trigger: an order moves its box, if the box is in a state for it (409) and its first hour can be paid (402)';

create function spike_land_private.charge_box(box_id text, moment timestamptz) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
  box spike_land.boxes;
  price integer;
  hours integer;
  payable integer;
begin
  select * into box from spike_land.boxes as b where b.id = charge_box.box_id and b.status = 'RUNNING' and b.charged_until <= moment for no key update;
  if box.id is null then
    return 0;
  end if;
  price := spike_land_private.hourly_price(box);
  hours := floor(extract(epoch from moment - box.charged_until) / 3600) + 1;
  perform spike_land_private.regenerate_tokens(box.user_id, now());
  select case when price = 0 then hours else least(hours, b.balance / price) end into payable
  from spike_land.user_token_balances as b where b.user_id = box.user_id for no key update;
  if payable > 0 and price > 0 then
    insert into spike_land.token_transactions (user_id, amount, type, source, source_id, metadata)
    values (box.user_id, -payable * price, 'SPEND_BOX_HOUR', 'box', box.id, jsonb_build_object('hours', payable, 'from', box.charged_until));
  end if;
  update spike_land.boxes as b set charged_until = b.charged_until + payable * interval '1 hour' where b.id = box.id;
  -- Out of tokens: the box stops, unless something is being done to it already; then the next call finds it.
  if payable < hours and not exists (select from spike_land.box_actions as a where a.box_id = box.id and a.status in ('PENDING', 'PROCESSING')) then
    insert into spike_land.box_actions (box_id, action, metadata) values (box.id, 'STOP', '{"reason": "out of tokens"}');
  end if;
  return payable * price;
end
$$;
comment on function spike_land_private.charge_box(text, timestamptz) is 'Charges the begun hours of a running box up to the moment; stops it when the tokens are used up. Returns the tokens taken';

create function spike_land_private.charge_boxes(moment timestamptz default now()) returns integer
language sql security definer set search_path = ''
as $$
  select coalesce(sum(spike_land_private.charge_box(due.id, moment)), 0)::integer
  from (select b.id from spike_land.boxes as b where b.status = 'RUNNING' and b.charged_until <= moment order by b.user_id, b.id) as due
$$;
comment on function spike_land_private.charge_boxes(timestamptz) is
  'Charges every running box for the hours begun by the moment; returns how many tokens that was. Safe to run again and by several at once.';
grant execute on function spike_land_private.charge_boxes(timestamptz) to hedgerow_jobs, service_role;

create function spike_land_private.end_box_action() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  box spike_land.boxes;
begin
  select * into box from spike_land.boxes as b where b.id = new.box_id for no key update;
  if new.status = 'FAILED' then
    if new.action <> 'CLONE' then
      update spike_land.boxes as b set status = 'ERROR' where b.id = box.id;
    end if;
  elsif new.action in ('CREATE', 'START', 'RESTART') then
    -- A restart within a paid hour costs nothing.
    update spike_land.boxes as b set status = 'RUNNING', charged_until = greatest(b.charged_until, now()) where b.id = box.id;
    perform spike_land_private.charge_box(box.id, now());
  elsif new.action = 'STOP' then
    update spike_land.boxes as b set status = 'STOPPED' where b.id = box.id;
  elsif new.action = 'DELETE' then
    update spike_land.boxes as b set status = 'TERMINATED' where b.id = box.id;
  elsif new.action = 'CLONE' then
    insert into spike_land.boxes (name, description, user_id, tier_id, status)
    values (coalesce(new.metadata ->> 'name', 'Copy of ' || box.name), box.description, box.user_id, box.tier_id, 'STOPPED');
  end if;
  return null;
end
$$;
comment on function spike_land_private.end_box_action() is 'Row trigger: a box becomes what its action was for, or ERROR';

set local role hedgerow_admin;

create trigger box_actions_begin before insert on spike_land.box_actions
  for each row execute function spike_land_private.begin_box_action();
create trigger box_actions_end after update of status on spike_land.box_actions
  for each row when (new.status <> old.status and new.status in ('COMPLETED', 'FAILED'))
  execute function spike_land_private.end_box_action();
create trigger boxes_order_creation after insert on spike_land.boxes
  for each row execute function spike_land_private.order_creation();
create trigger box_messages_keep before update on spike_land.box_messages
  for each row execute function hedgerow.refuse_update();

select hedgerow.register_upkeep('spike_land.charge-boxes', 'spike_land_private.charge_boxes', '5 minutes');
