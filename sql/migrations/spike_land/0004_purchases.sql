-- Tokens for money: packages and payments (SL-06), plans and subscriptions (SL-07). Stripe is the truth about who paid what:
-- billing writes it here with the service key.

create table spike_land.tokens_packages (
  id text primary key default hedgerow.cuid(),
  name text not null,
  tokens integer not null check (tokens > 0),
  price_usd numeric(10, 2) not null check (price_usd > 0),
  stripe_price_id text not null unique,
  active boolean not null default true,
  sort_order integer not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index tokens_packages_active_idx on spike_land.tokens_packages (active, sort_order);
comment on table spike_land.tokens_packages is 'Tokens to buy at once. Active ones are public; written by admins.';

create table spike_land.stripe_payments (
  id text primary key default hedgerow.cuid(),
  user_id text not null references spike_land.users (id) on delete cascade,
  package_id text not null references spike_land.tokens_packages (id),
  tokens_granted integer not null check (tokens_granted > 0),
  amount_usd numeric(10, 2) not null check (amount_usd > 0),
  stripe_payment_intent_id text not null unique,
  status spike_land.stripe_payment_status not null default 'PENDING',
  metadata jsonb,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index stripe_payments_user_idx on spike_land.stripe_payments (user_id, created_at desc);
create index stripe_payments_package_idx on spike_land.stripe_payments (package_id);
comment on table spike_land.stripe_payments is 'Purchases of packages. One that succeeds grants its tokens once. Read by the payer, written by billing.';
comment on column spike_land.stripe_payments.tokens_granted is 'The package''s when the payment began. Set by the database, as is amount_usd';

create trigger stripe_payments_lifecycle before update of status on spike_land.stripe_payments
  for each row execute function hedgerow.keep_lifecycle('payment', 'PENDING>SUCCEEDED', 'PENDING>FAILED', 'FAILED>SUCCEEDED', 'SUCCEEDED>REFUNDED');

create table spike_land.subscription_plans (
  id text primary key default hedgerow.cuid(),
  name text not null,
  tier spike_land.subscription_tier not null,
  tokens_per_month integer not null check (tokens_per_month >= 0),
  price_gbp numeric(10, 2) not null check (price_gbp >= 0),
  stripe_price_id text not null unique,
  max_rollover integer not null default 0 check (max_rollover >= 0),
  priority boolean not null default false,
  api_access boolean not null default false,
  active boolean not null default true,
  sort_order integer not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index subscription_plans_active_idx on spike_land.subscription_plans (active, sort_order);
create unique index subscription_plans_tier_idx on spike_land.subscription_plans (tier) where active;
comment on table spike_land.subscription_plans is 'Subscriptions to choose from. Active ones are public; written by admins.';
comment on column spike_land.subscription_plans.tier is 'What it makes of its subscriber. One active plan a tier';
comment on column spike_land.subscription_plans.max_rollover is 'How many unused tokens of a month the next one takes over';

create table spike_land.subscriptions (
  id text primary key default hedgerow.cuid(),
  user_id text not null unique references spike_land.users (id) on delete cascade,
  stripe_subscription_id text not null unique,
  stripe_price_id text not null,
  status spike_land.subscription_status not null default 'ACTIVE',
  tier spike_land.subscription_tier not null default 'BASIC',
  current_period_start timestamptz not null,
  current_period_end timestamptz not null,
  cancel_at_period_end boolean not null default false,
  downgrade_to spike_land.subscription_tier,
  tokens_per_month integer not null check (tokens_per_month >= 0),
  rollover_tokens integer not null default 0 check (rollover_tokens >= 0),
  max_rollover integer not null default 0 check (max_rollover >= 0),
  granted_number integer,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint subscriptions_period_runs_forward check (current_period_end > current_period_start),
  constraint subscriptions_downgrade_goes_down check (downgrade_to < tier)
);
create index subscriptions_status_idx on spike_land.subscriptions (status, current_period_end);
create index subscriptions_tier_idx on spike_land.subscriptions (tier);
create index subscriptions_period_end_idx on spike_land.subscriptions (current_period_end);
comment on table spike_land.subscriptions is 'One a person. Read by the subscriber, written by billing; rpc/cancel_subscription, downgrade_subscription.';
comment on column spike_land.subscriptions.downgrade_to is 'Takes effect when the period ends; FREE is a cancellation';
comment on column spike_land.subscriptions.rollover_tokens is 'Unused tokens of earlier months that this period began with, at most max_rollover';
comment on column spike_land.subscriptions.granted_number is 'The number of the transaction that granted this period''s tokens';

-- Stripe never leaves CANCELED; somebody who comes back gets the row anew (rpc/start_subscription).
create trigger subscriptions_lifecycle before update of status on spike_land.subscriptions
  for each row when (old.stripe_subscription_id = new.stripe_subscription_id)
  execute function hedgerow.keep_lifecycle('subscription',
    'TRIALING>ACTIVE', 'TRIALING>PAST_DUE', 'TRIALING>UNPAID', 'TRIALING>CANCELED',
    'ACTIVE>PAST_DUE', 'ACTIVE>UNPAID', 'ACTIVE>CANCELED',
    'PAST_DUE>ACTIVE', 'PAST_DUE>UNPAID', 'PAST_DUE>CANCELED', 'UNPAID>ACTIVE', 'UNPAID>PAST_DUE', 'UNPAID>CANCELED');

set local role hedgerow_definer;

insert into spike_land.tokens_packages (name, tokens, price_usd, stripe_price_id, sort_order) values
  ('Starter', 50, 4.99, 'price_tokens_50', 10), ('Creator', 150, 11.99, 'price_tokens_150', 20), ('Studio', 500, 34.99, 'price_tokens_500', 30);
insert into spike_land.subscription_plans (name, tier, tokens_per_month, price_gbp, stripe_price_id, max_rollover, priority, api_access, sort_order) values
  ('Basic', 'BASIC', 100, 5.00, 'price_plan_basic', 50, false, false, 10),
  ('Standard', 'STANDARD', 300, 10.00, 'price_plan_standard', 150, false, true, 20),
  ('Premium', 'PREMIUM', 600, 20.00, 'price_plan_premium', 600, true, true, 30);

create function spike_land_private.price_payment() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  select p.tokens, p.price_usd into new.tokens_granted, new.amount_usd from spike_land.tokens_packages as p where p.id = new.package_id;
  return new; -- an unknown package is the foreign key's to refuse
end
$$;
comment on function spike_land_private.price_payment() is 'Row trigger: a payment is for what its package holds and costs at that moment';

create function spike_land_private.grant_payment() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  taken integer;
begin
  if new.status = 'SUCCEEDED' then
    -- First, because it locks two people's balances in one order; holding one already it would wait out of turn.
    perform spike_land_private.complete_referral(new.user_id);
    insert into spike_land.token_transactions (user_id, amount, type, source, source_id)
    values (new.user_id, new.tokens_granted, 'EARN_PURCHASE', 'stripe_payment', new.id);
    perform spike_land_private.attribute_conversion(new.user_id, 'PURCHASE', new.amount_usd);
  else
    -- The money went back: so do the tokens, as far as they are still there.
    select least(b.balance, new.tokens_granted) into taken
    from spike_land.user_token_balances as b where b.user_id = new.user_id for no key update;
    if taken > 0 then
      insert into spike_land.token_transactions (user_id, amount, type, source, source_id)
      values (new.user_id, -taken, 'REVERSE_PURCHASE', 'stripe_payment', new.id);
    end if;
  end if;
  return null;
end
$$;
comment on function spike_land_private.grant_payment() is 'Row trigger: a payment that succeeds grants its tokens, one that is refunded takes them back';

create function spike_land.settle_token_payment(stripe_payment_intent_id text, succeeded boolean) returns spike_land.stripe_payments
language plpgsql security definer set search_path = ''
as $$
declare
  payment spike_land.stripe_payments;
begin
  select * into payment from spike_land.stripe_payments as p
  where p.stripe_payment_intent_id = settle_token_payment.stripe_payment_intent_id for update;
  if payment.id is null then
    raise sqlstate 'PT404' using message = format('there is no payment %s', settle_token_payment.stripe_payment_intent_id);
  end if;
  -- Webhooks come more than once: what is settled stays so.
  if payment.status = 'PENDING' or (payment.status = 'FAILED' and succeeded) then
    update spike_land.stripe_payments as p set status = case when succeeded then 'SUCCEEDED' else 'FAILED' end::spike_land.stripe_payment_status
    where p.id = payment.id returning * into payment;
  end if;
  return payment;
end
$$;
comment on function spike_land.settle_token_payment(text, boolean) is
  'Says how a payment ended. Safe to repeat: the tokens are granted once. Service only';
grant execute on function spike_land.settle_token_payment(text, boolean) to service_role;

-- Subscriptions.

create function spike_land_private.grant_month(subscription spike_land.subscriptions) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
  entered integer;
begin
  if subscription.tokens_per_month = 0 then
    return (select b.transaction_count from spike_land.user_token_balances as b where b.user_id = subscription.user_id);
  end if;
  insert into spike_land.token_transactions (user_id, amount, type, source, source_id, metadata)
  values (subscription.user_id, subscription.tokens_per_month, 'EARN_SUBSCRIPTION', 'subscription', subscription.id,
    jsonb_build_object('tier', subscription.tier, 'period_start', subscription.current_period_start))
  returning number into entered;
  return entered;
end
$$;
comment on function spike_land_private.grant_month(spike_land.subscriptions) is 'Enters a period''s tokens; returns the number of the transaction';

-- Spending takes the subscription's tokens first, so what is left of them is what the period began with less what was spent since.
create function spike_land_private.unused_tokens(subscription spike_land.subscriptions) returns integer
language sql stable security definer set search_path = ''
as $$
  select greatest(0, least(b.balance, subscription.tokens_per_month + subscription.rollover_tokens + coalesce((
    select sum(t.amount)::integer from spike_land.token_transactions as t
    where t.user_id = subscription.user_id and t.number > subscription.granted_number
      and t.type in ('SPEND_ENHANCEMENT', 'SPEND_MCP_GENERATION', 'SPEND_BOX_HOUR', 'REFUND')), 0)))
  from spike_land.user_token_balances as b where b.user_id = subscription.user_id
$$;
comment on function spike_land_private.unused_tokens(spike_land.subscriptions) is 'What is left of the tokens that the subscription''s period began with';

create function spike_land_private.follow_subscription_tier() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  subscriber constant text := case when tg_op = 'DELETE' then old.user_id else new.user_id end;
begin
  -- What grew back under the old tier is entered under it.
  perform spike_land_private.regenerate_tokens(subscriber, now());
  update spike_land.user_token_balances as b set tier = coalesce(
    (select s.tier from spike_land.subscriptions as s where s.user_id = b.user_id and s.status in ('ACTIVE', 'TRIALING', 'PAST_DUE')), 'FREE')
  where b.user_id = subscriber;
  return null;
end
$$;
comment on function spike_land_private.follow_subscription_tier() is 'Row trigger: the balance''s tier is the subscription''s, FREE when that does not run';

create function spike_land.start_subscription(
  user_id text, stripe_subscription_id text, stripe_price_id text, period_start timestamptz default now(),
  period_end timestamptz default null)
returns spike_land.subscriptions
language plpgsql security definer set search_path = ''
as $$
declare
  plan spike_land.subscription_plans;
  present spike_land.subscriptions;
begin
  select * into plan from spike_land.subscription_plans as p where p.stripe_price_id = start_subscription.stripe_price_id;
  if plan.id is null then
    raise sqlstate 'PT404' using message = format('no plan has the price %s', start_subscription.stripe_price_id);
  end if;
  -- Serialises two starts for one person.
  perform from spike_land.users as u where u.id = start_subscription.user_id for no key update;
  select * into present from spike_land.subscriptions as s where s.user_id = start_subscription.user_id for update;
  if present.stripe_subscription_id = start_subscription.stripe_subscription_id then
    return present; -- the webhook came twice
  end if;
  if present.status is not null and present.status <> 'CANCELED' then
    raise sqlstate 'PT409' using
      message = format('user %s has a subscription already', start_subscription.user_id),
      hint = 'One a person: cancel it first, or change its tier.';
  end if;
  insert into spike_land.subscriptions as s
    (user_id, stripe_subscription_id, stripe_price_id, tier, current_period_start, current_period_end, tokens_per_month, max_rollover)
  values (start_subscription.user_id, start_subscription.stripe_subscription_id, plan.stripe_price_id, plan.tier, period_start,
    coalesce(period_end, period_start + interval '1 month'), plan.tokens_per_month, plan.max_rollover)
  on conflict on constraint subscriptions_user_id_key do update set
    stripe_subscription_id = excluded.stripe_subscription_id, stripe_price_id = excluded.stripe_price_id, status = 'ACTIVE', tier = excluded.tier,
    current_period_start = excluded.current_period_start, current_period_end = excluded.current_period_end, cancel_at_period_end = false,
    downgrade_to = null, tokens_per_month = excluded.tokens_per_month, rollover_tokens = 0, max_rollover = excluded.max_rollover
  returning s.* into present;
  update spike_land.subscriptions as s set granted_number = spike_land_private.grant_month(present) where s.id = present.id returning s.* into present;
  return present;
end
$$;
comment on function spike_land.start_subscription(text, text, text, timestamptz, timestamptz) is
  'Begins a subscription and grants its first month''s tokens. Safe to repeat with the same stripe_subscription_id. Service only';
grant execute on function spike_land.start_subscription(text, text, text, timestamptz, timestamptz) to service_role;

create function spike_land_private.turn_period(subscription_id text, moment timestamptz) returns boolean
language plpgsql security definer set search_path = ''
as $$
declare
  present spike_land.subscriptions;
  lower_plan spike_land.subscription_plans;
  unused integer;
  carried integer;
begin
  select * into present from spike_land.subscriptions as s
  where s.id = turn_period.subscription_id and s.current_period_end <= moment and s.status in ('ACTIVE', 'TRIALING', 'PAST_DUE', 'UNPAID')
  for update;
  if present.id is null or (present.status in ('PAST_DUE', 'UNPAID') and not present.cancel_at_period_end) then
    return false; -- turned by somebody else, or nothing is granted before it is paid
  end if;
  -- What was spent must not change between the question and the answer.
  perform from spike_land.user_token_balances as b where b.user_id = present.user_id for no key update;
  unused := spike_land_private.unused_tokens(present);
  if present.cancel_at_period_end or present.downgrade_to = 'FREE' then
    carried := 0;
  else
    if present.downgrade_to is not null then
      select * into strict lower_plan from spike_land.subscription_plans as p where p.tier = present.downgrade_to and p.active;
      present.tier := lower_plan.tier;
      present.stripe_price_id := lower_plan.stripe_price_id;
      present.tokens_per_month := lower_plan.tokens_per_month;
      present.max_rollover := lower_plan.max_rollover;
    end if;
    carried := least(unused, present.max_rollover);
  end if;
  if unused > carried then
    insert into spike_land.token_transactions (user_id, amount, type, source, source_id)
    values (present.user_id, carried - unused, 'EXPIRE_SUBSCRIPTION', 'subscription', present.id);
  end if;
  if present.cancel_at_period_end or present.downgrade_to = 'FREE' then
    update spike_land.subscriptions as s set status = 'CANCELED', rollover_tokens = 0 where s.id = present.id;
    return true;
  end if;
  present.current_period_start := present.current_period_end;
  present.current_period_end := present.current_period_end + interval '1 month';
  update spike_land.subscriptions as s set
    status = 'ACTIVE', tier = present.tier, stripe_price_id = present.stripe_price_id, tokens_per_month = present.tokens_per_month,
    max_rollover = present.max_rollover, downgrade_to = null, rollover_tokens = carried,
    current_period_start = present.current_period_start, current_period_end = present.current_period_end,
    granted_number = spike_land_private.grant_month(present)
  where s.id = present.id;
  return true;
end
$$;
comment on function spike_land_private.turn_period(text, timestamptz) is 'Ends one period and begins the next, if it is over at the moment; whether it was';

create function spike_land_private.turn_subscription_periods(moment timestamptz default now()) returns integer
language plpgsql security definer set search_path = '' set timezone = 'UTC'
as $$
declare
  due text;
  turned integer := 0;
begin
  -- One that was forgotten for months gets them all, one after the other.
  for due in select s.id from spike_land.subscriptions as s where s.current_period_end <= moment and s.status <> 'CANCELED' order by s.user_id loop
    while spike_land_private.turn_period(due, moment) loop
      turned := turned + 1;
    end loop;
  end loop;
  return turned;
end
$$;
comment on function spike_land_private.turn_subscription_periods(timestamptz) is
  'Begins the next month of every subscription whose period is over at the moment: unused tokens roll over up to the limit, '
  'downgrades and cancellations take effect; returns how many months turned. Safe to run again and by several at once.';
grant execute on function spike_land_private.turn_subscription_periods(timestamptz) to hedgerow_jobs, service_role;

create function spike_land_private.running_subscription() returns text
language plpgsql security definer set search_path = ''
as $$
declare
  own constant text := (
    select s.id from spike_land.subscriptions as s where s.user_id = spike_land_private.require_me() and s.status <> 'CANCELED');
begin
  if own is null then
    raise sqlstate 'PT404' using message = 'you have no subscription that runs';
  end if;
  return own;
end
$$;
comment on function spike_land_private.running_subscription() is 'The signed-in person''s subscription that runs; 404 when there is none';

create function spike_land.cancel_subscription(cancel boolean default true) returns spike_land.subscriptions
language plpgsql security definer set search_path = ''
as $$
declare
  changed spike_land.subscriptions;
begin
  update spike_land.subscriptions as s set cancel_at_period_end = cancel where s.id = spike_land_private.running_subscription() returning s.* into changed;
  return changed;
end
$$;
comment on function spike_land.cancel_subscription(boolean) is 'Your subscription ends with its period; with cancel = false it goes on after all';
grant execute on function spike_land.cancel_subscription(boolean) to authenticated;

create function spike_land.downgrade_subscription(tier spike_land.subscription_tier) returns spike_land.subscriptions
language plpgsql security definer set search_path = ''
as $$
declare
  changed spike_land.subscriptions;
begin
  if downgrade_subscription.tier <> 'FREE'
     and not exists (select from spike_land.subscription_plans as p where p.tier = downgrade_subscription.tier and p.active) then
    raise sqlstate 'PT404' using message = format('there is no plan for the tier %s', downgrade_subscription.tier);
  end if;
  select s.* into changed from spike_land.subscriptions as s where s.id = spike_land_private.running_subscription() for update;
  if changed.tier <= downgrade_subscription.tier then
    raise sqlstate 'PT409' using
      message = format('from %s to %s is no downgrade', changed.tier, downgrade_subscription.tier),
      hint = 'An upgrade begins at once and goes by way of a payment.';
  end if;
  update spike_land.subscriptions as s set downgrade_to = downgrade_subscription.tier where s.id = changed.id returning s.* into changed;
  return changed;
end
$$;
comment on function spike_land.downgrade_subscription(spike_land.subscription_tier) is 'Your subscription goes on at a lower tier when its period ends; FREE ends it then';
grant execute on function spike_land.downgrade_subscription(spike_land.subscription_tier) to authenticated;

set local role hedgerow_admin;

create trigger stripe_payments_price before insert on spike_land.stripe_payments
  for each row execute function spike_land_private.price_payment();
create trigger stripe_payments_grant after update of status on spike_land.stripe_payments
  for each row when (new.status <> old.status and new.status in ('SUCCEEDED', 'REFUNDED'))
  execute function spike_land_private.grant_payment();
create trigger stripe_payments_grant_settled after insert on spike_land.stripe_payments
  for each row when (new.status = 'SUCCEEDED')
  execute function spike_land_private.grant_payment();
create trigger subscriptions_follow_tier after insert or update of tier, status or delete on spike_land.subscriptions
  for each row execute function spike_land_private.follow_subscription_tier();

select hedgerow.register_upkeep('spike_land.turn-subscription-periods', 'spike_land_private.turn_subscription_periods', '1 hour');
