-- The token ledger (SL-05). A balance moves only by a row in token_transactions: that row's trigger locks the balance, so all
-- moves of one person are serial and numbered without a gap, and balance_after is exact.

create table spike_land_private.token_tiers (
  tier spike_land.subscription_tier primary key,
  tokens integer not null check (tokens > 0),
  every interval not null check (every > interval '0'),
  capacity integer not null check (capacity > 0)
);
comment on table spike_land_private.token_tiers is 'What grows back by itself: so many tokens each interval, up to the capacity';
create table spike_land_private.enhancement_prices (
  tier spike_land.enhancement_tier primary key,
  tokens integer not null check (tokens >= 0),
  longest_side integer not null check (longest_side > 0)
);
comment on table spike_land_private.enhancement_prices is 'What an enhancement or a generation costs, and the longest side of its result in pixels';

set local role hedgerow_definer;
insert into spike_land_private.token_tiers values
  ('FREE', 1, '15 minutes', 100), ('BASIC', 1, '15 minutes', 200), ('STANDARD', 1, '10 minutes', 400), ('PREMIUM', 1, '5 minutes', 1000);
insert into spike_land_private.enhancement_prices values ('FREE', 0, 512), ('TIER_1K', 2, 1024), ('TIER_2K', 5, 2048), ('TIER_4K', 10, 4096);
set local role hedgerow_admin;

create table spike_land.user_token_balances (
  id text primary key default hedgerow.cuid(),
  user_id text not null unique references spike_land.users (id) on delete cascade,
  balance integer not null default 0 check (balance >= 0),
  transaction_count integer not null default 0,
  last_regeneration timestamptz not null default now(),
  tier spike_land.subscription_tier not null default 'FREE',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index user_token_balances_regeneration_idx on spike_land.user_token_balances (last_regeneration);
comment on table spike_land.user_token_balances is 'What somebody has to spend. Moves only with token_transactions.';
comment on column spike_land.user_token_balances.transaction_count is 'How many transactions made the balance: the number of the last one';
comment on column spike_land.user_token_balances.last_regeneration is 'Up to when regeneration is accounted for';
comment on column spike_land.user_token_balances.tier is 'Follows the subscription; FREE without one';

create table spike_land.token_transactions (
  id text primary key default hedgerow.cuid(),
  user_id text not null references spike_land.users (id) on delete cascade,
  amount integer not null check (amount <> 0),
  type spike_land.token_transaction_type not null,
  source text,
  source_id text,
  balance_after integer not null check (balance_after >= 0),
  metadata jsonb,
  created_at timestamptz not null default now(),
  number integer not null,
  unique (user_id, number),
  constraint token_transactions_sign check (case
    when type in ('SPEND_ENHANCEMENT', 'SPEND_MCP_GENERATION', 'SPEND_BOX_HOUR', 'EXPIRE_SUBSCRIPTION', 'REVERSE_PURCHASE') then amount < 0
    when type = 'EARN_ADMIN_ADJUSTMENT' then true
    else amount > 0 end)
);
create index token_transactions_user_idx on spike_land.token_transactions (user_id, created_at desc);
create index token_transactions_source_idx on spike_land.token_transactions (source, source_id);
-- A payment grants once, a job is refunded once, whoever tries again.
create unique index token_transactions_once_idx on spike_land.token_transactions (type, source, source_id)
  where type in ('EARN_PURCHASE', 'REVERSE_PURCHASE', 'REFUND');
comment on table spike_land.token_transactions is 'The ledger: every token earned, spent or refunded. Append-only.';
comment on column spike_land.token_transactions.amount is 'Positive: earned. Negative: spent';
comment on column spike_land.token_transactions.balance_after is 'The balance with this transaction. Set by the database';
comment on column spike_land.token_transactions.number is 'Counts the person''s transactions from 1 without a gap. Set by the database';
comment on column spike_land.token_transactions.source_id is 'The id of what it was for: the job, the payment, the voucher …';

set local role hedgerow_definer;

create function spike_land_private.enter_token_transaction() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  -- Waits here for the person's other transactions; the condition is then asked of what they left.
  update spike_land.user_token_balances as b set balance = b.balance + new.amount, transaction_count = b.transaction_count + 1
  where b.user_id = new.user_id and b.balance + new.amount >= 0
  returning b.balance, b.transaction_count into new.balance_after, new.number;
  if not found then
    raise sqlstate 'PT402' using
      message = format('%s tokens are needed and %s are there', -new.amount,
        coalesce((select b.balance from spike_land.user_token_balances as b where b.user_id = new.user_id), 0)),
      hint = 'Tokens regenerate with time; rpc/token_account says how fast. Or buy a package, redeem a voucher, subscribe.';
  end if;
  new.created_at := clock_timestamp();
  return new;
end
$$;
comment on function spike_land_private.enter_token_transaction() is 'Row trigger: moves the balance, sets balance_after and number; 402 when there is not enough';

-- SECURITY INVOKER: inside the functions above and below it is the definer who writes, anywhere else it is somebody else.
create function spike_land_private.keep_token_balance() returns trigger
language plpgsql set search_path = ''
as $$
begin
  if current_user <> 'hedgerow_definer' then
    raise sqlstate 'PT403' using
      message = 'a balance changes only through token_transactions',
      hint = 'Insert a transaction with the amount.';
  end if;
  return new;
end
$$;
comment on function spike_land_private.keep_token_balance() is 'Row trigger: refuses a balance that anybody but the ledger sets';

create function spike_land_private.open_token_balance() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  insert into spike_land.user_token_balances (user_id) values (new.id) on conflict (user_id) do nothing;
  return null;
end
$$;
comment on function spike_land_private.open_token_balance() is 'Row trigger: a new person has an empty balance';

create function spike_land_private.regenerate_tokens(user_id text, moment timestamptz) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
  balance spike_land.user_token_balances;
  rule spike_land_private.token_tiers;
  steps bigint;
  gain integer;
begin
  select * into balance from spike_land.user_token_balances as b where b.user_id = regenerate_tokens.user_id for no key update;
  select * into rule from spike_land_private.token_tiers as t where t.tier = balance.tier;
  steps := floor(extract(epoch from moment - balance.last_regeneration) / extract(epoch from rule.every));
  if balance.id is null or steps < 1 then
    return 0;
  end if;
  gain := greatest(0, least(steps * rule.tokens, rule.capacity - balance.balance));
  -- What is left of a begun interval stays; time with a full account is not saved up.
  update spike_land.user_token_balances as b set last_regeneration = b.last_regeneration + steps * rule.every where b.id = balance.id;
  if gain > 0 then
    insert into spike_land.token_transactions (user_id, amount, type, source, metadata)
    values (balance.user_id, gain, 'EARN_REGENERATION', 'regeneration', jsonb_build_object('tier', balance.tier, 'intervals', steps));
  end if;
  return gain;
end
$$;
comment on function spike_land_private.regenerate_tokens(text, timestamptz) is
  'What grew back by the moment is entered in the ledger; returns how much. Safe to run again and by several at once.';

create function spike_land_private.regenerate_all_tokens(moment timestamptz default now()) returns integer
language sql security definer set search_path = ''
as $$
  select coalesce(sum(spike_land_private.regenerate_tokens(due.user_id, moment)), 0)::integer
  from (
    select b.user_id from spike_land.user_token_balances as b join spike_land_private.token_tiers as t on t.tier = b.tier
    where b.last_regeneration <= moment - t.every and b.balance < t.capacity
    order by b.user_id -- locks in one order
  ) as due
$$;
comment on function spike_land_private.regenerate_all_tokens(timestamptz) is 'Regenerates everybody''s tokens by the moment; returns how many tokens there are more.';
grant execute on function spike_land_private.regenerate_all_tokens(timestamptz) to hedgerow_jobs, service_role;

create function spike_land_private.spend_tokens(
  user_id text, amount integer, type spike_land.token_transaction_type, source text, source_id text)
returns void
language plpgsql security definer set search_path = ''
as $$
begin
  if spend_tokens.amount = 0 then
    return;
  end if;
  perform spike_land_private.regenerate_tokens(spend_tokens.user_id, now());
  insert into spike_land.token_transactions (user_id, amount, type, source, source_id)
  values (spend_tokens.user_id, -spend_tokens.amount, spend_tokens.type, spend_tokens.source, spend_tokens.source_id);
end
$$;
comment on function spike_land_private.spend_tokens(text, integer, spike_land.token_transaction_type, text, text) is
  'Takes tokens, after what has grown back until now; 402 when there are not enough';

create function spike_land_private.refund_tokens(user_id text, amount integer, source text, source_id text) returns void
language sql security definer set search_path = ''
as $$
  insert into spike_land.token_transactions (user_id, amount, type, source, source_id)
  select refund_tokens.user_id, refund_tokens.amount, 'REFUND', refund_tokens.source, refund_tokens.source_id
  where refund_tokens.amount > 0
    and not exists (
      select from spike_land.token_transactions as t
      where t.type = 'REFUND' and t.source = refund_tokens.source and t.source_id = refund_tokens.source_id)
$$;
comment on function spike_land_private.refund_tokens(text, integer, text, text) is 'Gives the tokens of a source back, once';

create function spike_land_private.price_of(tier spike_land.enhancement_tier) returns integer
language sql stable security definer set search_path = ''
as $$
  select p.tokens from spike_land_private.enhancement_prices as p where p.tier = price_of.tier
$$;
comment on function spike_land_private.price_of(spike_land.enhancement_tier) is 'What an enhancement or a generation of the tier costs in tokens';

create function spike_land.enhancement_prices() returns table (tier spike_land.enhancement_tier, tokens integer, longest_side integer)
language sql stable security definer set search_path = ''
as $$
  select p.tier, p.tokens, p.longest_side from spike_land_private.enhancement_prices as p order by p.tier
$$;
comment on function spike_land.enhancement_prices() is 'What an enhancement or a generation of each tier costs in tokens, and the longest side of its result in pixels';
grant execute on function spike_land.enhancement_prices() to anon, authenticated, service_role;

create function spike_land.token_account(
  out balance integer, out tier spike_land.subscription_tier, out capacity integer, out tokens integer, out every interval,
  out next_regeneration timestamptz)
language plpgsql security definer set search_path = ''
as $$
declare
  caller constant text := spike_land_private.require_me();
begin
  perform spike_land_private.regenerate_tokens(caller, now());
  select b.balance, b.tier, t.capacity, t.tokens, t.every, case when b.balance < t.capacity then b.last_regeneration + t.every end
  into balance, tier, capacity, tokens, every, next_regeneration
  from spike_land.user_token_balances as b join spike_land_private.token_tiers as t on t.tier = b.tier
  where b.user_id = caller;
end
$$;
comment on function spike_land.token_account() is 'Your balance with what has grown back until now, and how it goes on: so many tokens every so often, up to the capacity';
grant execute on function spike_land.token_account() to authenticated;

create function spike_land.adjust_tokens(user_id text, amount integer, reason text) returns spike_land.token_transactions
language plpgsql security definer set search_path = ''
as $$
declare
  actor constant text := spike_land_private.require_admin();
  entered spike_land.token_transactions;
begin
  if adjust_tokens.amount is null or adjust_tokens.amount = 0 or coalesce(adjust_tokens.reason, '') !~ '\S' then
    raise sqlstate 'PT400' using message = 'an adjustment needs an amount other than 0 and a reason', hint = 'Send both.';
  end if;
  if adjust_tokens.user_id = actor then
    raise sqlstate 'PT403' using message = 'nobody adjusts their own tokens', hint = 'Ask another admin.';
  end if;
  if not exists (select from spike_land.users as u where u.id = adjust_tokens.user_id) then
    raise sqlstate 'PT404' using message = format('there is no user %s', adjust_tokens.user_id);
  end if;
  insert into spike_land.token_transactions (user_id, amount, type, source, source_id, metadata)
  values (adjust_tokens.user_id, adjust_tokens.amount, 'EARN_ADMIN_ADJUSTMENT', 'admin', actor, jsonb_build_object('reason', adjust_tokens.reason))
  returning * into entered;
  perform spike_land_private.audit('TOKEN_ADJUSTMENT', adjust_tokens.user_id,
    jsonb_build_object('amount', adjust_tokens.amount, 'reason', adjust_tokens.reason));
  return entered;
end
$$;
comment on function spike_land.adjust_tokens(text, integer, text) is 'Gives somebody tokens or takes them, for a reason. For admins; audited';
grant execute on function spike_land.adjust_tokens(text, integer, text) to authenticated;

set local role hedgerow_admin;

create trigger token_transactions_enter before insert on spike_land.token_transactions
  for each row execute function spike_land_private.enter_token_transaction();
create trigger token_transactions_keep before update on spike_land.token_transactions
  for each row execute function hedgerow.refuse_update();
create trigger user_token_balances_keep before update on spike_land.user_token_balances
  for each row when ((old.user_id, old.balance, old.transaction_count) is distinct from (new.user_id, new.balance, new.transaction_count))
  execute function spike_land_private.keep_token_balance();
create trigger user_token_balances_begin_empty before insert on spike_land.user_token_balances
  for each row when (new.balance <> 0 or new.transaction_count <> 0)
  execute function spike_land_private.keep_token_balance();
create trigger users_open_token_balance after insert on spike_land.users
  for each row execute function spike_land_private.open_token_balance();

select hedgerow.register_upkeep('spike_land.regenerate-tokens', 'spike_land_private.regenerate_all_tokens', '5 minutes');
