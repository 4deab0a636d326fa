-- As in 0004, but that the caller's subscription is asked for once, not for each subscription that there is: for none at all the answer was none, too. And
-- a payment whose end is not said does not fail.

set local role hedgerow_definer;

create or replace function spike_land.cancel_subscription(cancel boolean default true) returns spike_land.subscriptions
language plpgsql security definer set search_path = ''
as $$
declare
  own constant text := spike_land_private.running_subscription();
  changed spike_land.subscriptions;
begin
  update spike_land.subscriptions as s set cancel_at_period_end = cancel where s.id = own returning s.* into changed;
  return changed;
end
$$;

create or replace function spike_land.downgrade_subscription(tier spike_land.subscription_tier) returns spike_land.subscriptions
language plpgsql security definer set search_path = ''
as $$
declare
  own constant text := spike_land_private.running_subscription();
  changed spike_land.subscriptions;
begin
  if downgrade_subscription.tier <> 'FREE'
     and not exists (select from spike_land.subscription_plans as p where p.tier = downgrade_subscription.tier and p.active) then
    raise sqlstate 'PT404' using message = format('there is no plan for the tier %s', downgrade_subscription.tier);
  end if;
  select s.* into changed from spike_land.subscriptions as s where s.id = own for update;
  if changed.tier <= downgrade_subscription.tier then
    raise sqlstate 'PT409' using
      message = format('from %s to %s is no downgrade', changed.tier, downgrade_subscription.tier),
      hint = 'An upgrade begins at once and goes by way of a payment.';
  end if;
  update spike_land.subscriptions as s set downgrade_to = downgrade_subscription.tier where s.id = changed.id returning s.* into changed;
  return changed;
end
$$;

create or replace function spike_land.settle_token_payment(stripe_payment_intent_id text, succeeded boolean) returns spike_land.stripe_payments
language plpgsql security definer set search_path = ''
as $$
declare
  payment spike_land.stripe_payments;
begin
  if settle_token_payment.succeeded is null then
    raise sqlstate 'PT400' using message = 'succeeded is missing', hint = 'Say true or false.';
  end if;
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

comment on function spike_land.downgrade_subscription(spike_land.subscription_tier) is
  'Your subscription goes on at a lower tier when its period ends; FREE ends it then, null lets it go on as it is after all';
