-- As in 0004, but that a plan which was taken off the list while somebody waited to come down to it stops nobody's month.

set local role hedgerow_definer;

create or replace function spike_land_private.turn_period(subscription_id text, moment timestamptz) returns boolean
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
    -- A plan that is no longer sold still holds for who chose it. Without any, the subscription goes on as it is until there is one.
    select * into lower_plan from spike_land.subscription_plans as p where p.tier = present.downgrade_to order by p.active desc, p.created_at desc, p.id limit 1;
    if lower_plan.id is not null then
      present.tier := lower_plan.tier;
      present.stripe_price_id := lower_plan.stripe_price_id;
      present.tokens_per_month := lower_plan.tokens_per_month;
      present.max_rollover := lower_plan.max_rollover;
      present.downgrade_to := null;
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
    max_rollover = present.max_rollover, downgrade_to = present.downgrade_to, rollover_tokens = carried,
    current_period_start = present.current_period_start, current_period_end = present.current_period_end,
    granted_number = spike_land_private.grant_month(present)
  where s.id = present.id;
  return true;
end
$$;
