-- Tokens for a code: vouchers (SL-08) and referrals (SL-09).

create table spike_land.vouchers (
  id text primary key default hedgerow.cuid(),
  code text not null unique default spike_land_private.new_code(12),
  type spike_land.voucher_type not null,
  value integer not null check (value > 0),
  max_uses integer check (max_uses > 0),
  current_uses integer not null default 0 check (current_uses >= 0),
  expires_at timestamptz,
  status spike_land.voucher_status not null default 'ACTIVE',
  metadata jsonb,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint vouchers_uses_within_limit check (current_uses <= max_uses),
  -- Shorter ones could be guessed by trying.
  constraint vouchers_code_is_upper_case check (code ~ '^[A-Z0-9][A-Z0-9-]{5,63}$'),
  constraint vouchers_percentage_up_to_hundred check (type <> 'PERCENTAGE_BONUS' or value <= 100)
);
create index vouchers_status_idx on spike_land.vouchers (status, expires_at);
comment on table spike_land.vouchers is 'Codes that grant tokens. Made by admins, seen by nobody else; redeemed with rpc/redeem_voucher.';
comment on column spike_land.vouchers.value is
  'FIXED_TOKENS: so many. PERCENTAGE_BONUS: that share of the tokens in the person''s last purchase. SUBSCRIPTION_TRIAL: so many days of the smallest plan''s tokens';
comment on column spike_land.vouchers.max_uses is 'Null: as often as people come';
comment on column spike_land.vouchers.current_uses is 'Counted by the database';

-- Whoever raises max_uses or expires_at makes a used-up voucher good again by setting ACTIVE.
create trigger vouchers_lifecycle before update of status on spike_land.vouchers
  for each row execute function hedgerow.keep_lifecycle('voucher',
    'ACTIVE>INACTIVE', 'INACTIVE>ACTIVE', 'ACTIVE>EXPIRED', 'ACTIVE>DEPLETED', 'EXPIRED>ACTIVE', 'DEPLETED>ACTIVE');

create table spike_land.voucher_redemptions (
  id text primary key default hedgerow.cuid(),
  voucher_id text not null references spike_land.vouchers (id) on delete cascade,
  user_id text not null references spike_land.users (id) on delete cascade,
  tokens_granted integer not null check (tokens_granted > 0),
  redeemed_at timestamptz not null default now(),
  unique (voucher_id, user_id)
);
create index voucher_redemptions_user_idx on spike_land.voucher_redemptions (user_id, redeemed_at desc);
comment on table spike_land.voucher_redemptions is 'Who redeemed what. One a voucher and person; written by rpc/redeem_voucher.';

create table spike_land.referrals (
  id text primary key default hedgerow.cuid(),
  referrer_id text not null references spike_land.users (id) on delete cascade,
  referee_id text not null unique references spike_land.users (id) on delete cascade,
  status spike_land.referral_status not null default 'PENDING',
  tokens_granted integer not null default 0 check (tokens_granted >= 0),
  ip_address text,
  is_suspicious boolean not null default false,
  created_at timestamptz not null default now(),
  completed_at timestamptz,
  constraint referrals_not_of_oneself check (referrer_id <> referee_id)
);
create index referrals_referrer_idx on spike_land.referrals (referrer_id, status);
create index referrals_suspicious_idx on spike_land.referrals (created_at) where is_suspicious and status = 'PENDING';
create index referrals_status_idx on spike_land.referrals (status, created_at);
comment on table spike_land.referrals is 'Who brought whom. Completed by the referee''s first completed action, which grants both their tokens.';
comment on column spike_land.referrals.tokens_granted is 'To each of the two';
comment on column spike_land.referrals.is_suspicious is 'The referee came from an address of the referrer''s or of an earlier referee: an admin decides (rpc/review_referral)';

create trigger referrals_lifecycle before update of status on spike_land.referrals
  for each row execute function hedgerow.keep_lifecycle('referral', 'PENDING>COMPLETED', 'PENDING>INVALID');

set local role hedgerow_definer;

create function spike_land.redeem_voucher(code text) returns spike_land.voucher_redemptions
language plpgsql security definer set search_path = ''
as $$
declare
  caller constant text := spike_land_private.require_me();
  voucher spike_land.vouchers;
  grants integer;
  redeemed spike_land.voucher_redemptions;
begin
  -- The lock makes redemptions of one voucher serial: uses are counted exactly.
  select * into voucher from spike_land.vouchers as v where v.code = upper(trim(redeem_voucher.code)) for no key update;
  if voucher.id is null or voucher.status = 'INACTIVE' then
    raise sqlstate 'PT404' using message = 'there is no such voucher', hint = 'Check the code for typing errors.';
  end if;
  if exists (select from spike_land.voucher_redemptions as r where r.voucher_id = voucher.id and r.user_id = caller) then
    raise sqlstate 'PT409' using message = 'you have redeemed this voucher already', hint = 'A voucher works once for each person.';
  end if;
  if voucher.status = 'EXPIRED' or voucher.expires_at <= now() then
    raise sqlstate 'PT410' using message = format('this voucher expired at %s', voucher.expires_at);
  end if;
  if voucher.status = 'DEPLETED' or voucher.current_uses >= voucher.max_uses then
    raise sqlstate 'PT410' using message = 'this voucher has been used as often as it may be';
  end if;

  grants := case voucher.type
    when 'FIXED_TOKENS' then voucher.value
    when 'PERCENTAGE_BONUS' then ceil(voucher.value / 100.0 * (
      select p.tokens_granted from spike_land.stripe_payments as p
      where p.user_id = caller and p.status = 'SUCCEEDED' order by p.created_at desc, p.id desc limit 1))
    when 'SUBSCRIPTION_TRIAL' then ceil(voucher.value / 30.0 * (
      select p.tokens_per_month from spike_land.subscription_plans as p
      where p.active and p.tokens_per_month > 0 order by p.tokens_per_month limit 1))
  end;
  if grants is null then
    raise sqlstate 'PT409' using
      message = 'this voucher adds to a purchase, and you have made none',
      hint = 'Buy a package first, then redeem it.';
  end if;
  insert into spike_land.voucher_redemptions (voucher_id, user_id, tokens_granted) values (voucher.id, caller, grants) returning * into redeemed;
  update spike_land.vouchers as v set current_uses = v.current_uses + 1,
    status = case when v.current_uses + 1 >= v.max_uses then 'DEPLETED' else v.status end
  where v.id = voucher.id;
  insert into spike_land.token_transactions (user_id, amount, type, source, source_id)
  values (caller, grants, 'EARN_BONUS', 'voucher', redeemed.id);
  return redeemed;
end
$$;
comment on function spike_land.redeem_voucher(text) is
  'Redeems a voucher by its code, in whatever case: once a person, while it lasts

Grants its tokens at once. 404 for a code that does not exist, 409 for a second time, 410 for one that has expired or is used up.';
grant execute on function spike_land.redeem_voucher(text) to authenticated;

create function spike_land_private.expire_vouchers(moment timestamptz default now()) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
  expired integer;
begin
  update spike_land.vouchers as v set status = 'EXPIRED' where v.status = 'ACTIVE' and v.expires_at <= moment;
  get diagnostics expired = row_count;
  return expired;
end
$$;
comment on function spike_land_private.expire_vouchers(timestamptz) is 'Marks the vouchers that have expired at the moment; returns how many.';
grant execute on function spike_land_private.expire_vouchers(timestamptz) to hedgerow_jobs, service_role;

create function spike_land_private.audit_voucher() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  -- Counting uses is not administration.
  if tg_op <> 'UPDATE' or (old.code, old.type, old.value, old.max_uses, old.expires_at, old.status) is distinct from
     (new.code, new.type, new.value, new.max_uses, new.expires_at, new.status) and old.current_uses = new.current_uses then
    perform spike_land_private.audit(
      case tg_op when 'INSERT' then 'VOUCHER_CREATE' when 'UPDATE' then 'VOUCHER_UPDATE' else 'VOUCHER_DELETE' end::spike_land.audit_action,
      case tg_op when 'DELETE' then old.id else new.id end,
      case tg_op when 'DELETE' then jsonb_build_object('code', old.code)
        else jsonb_build_object('code', new.code, 'type', new.type, 'value', new.value, 'max_uses', new.max_uses, 'status', new.status) end);
  end if;
  return null;
end
$$;
comment on function spike_land_private.audit_voucher() is 'Row trigger: who made, changed or deleted a voucher is written down';

create function spike_land.use_referral_code(code text) returns spike_land.referrals
language plpgsql security definer set search_path = ''
as $$
declare
  caller constant text := spike_land_private.require_me();
  referrer spike_land.users;
  address constant inet := hedgerow.request_address();
  made spike_land.referrals;
begin
  select * into referrer from spike_land.users as u where u.referral_code = upper(trim(use_referral_code.code));
  if referrer.id is null then
    raise sqlstate 'PT404' using message = 'nobody has this referral code', hint = 'Check it for typing errors.';
  end if;
  if referrer.id = caller then
    raise sqlstate 'PT409' using message = 'nobody refers themselves', hint = 'Give the code to a friend.';
  end if;
  if referrer.referred_by_id = caller then
    raise sqlstate 'PT409' using message = 'nobody is referred by somebody they referred themselves', hint = 'Give the code to another friend.';
  end if;
  if spike_land_private.has_completed_action(caller) then
    raise sqlstate 'PT409' using message = 'a referral code is for people who begin', hint = 'You have completed something already.';
  end if;
  insert into spike_land.referrals (referrer_id, referee_id, ip_address, is_suspicious)
  values (referrer.id, caller, host(address),
    exists (select from auth.sessions as s where s.user_id = referrer.auth_id and s.ip = address)
    or exists (select from spike_land.referrals as r where r.referrer_id = referrer.id and r.ip_address = host(address)))
  on conflict (referee_id) do nothing
  returning * into made;
  if made.id is null then
    raise sqlstate 'PT409' using message = 'you have used a referral code already', hint = 'One a person.';
  end if;
  update spike_land.users as u set referred_by_id = referrer.id where u.id = caller;
  return made;
end
$$;
comment on function spike_land.use_referral_code(text) is
  'Names the friend who brought you, by their code. Once, and before your first completed action, which grants both of you tokens';
grant execute on function spike_land.use_referral_code(text) to authenticated;

create function spike_land_private.grant_referral(referral_id text) returns spike_land.referrals
language plpgsql security definer set search_path = ''
as $$
declare
  each constant integer := 50;
  completed spike_land.referrals;
begin
  update spike_land.referrals as r set status = 'COMPLETED', tokens_granted = each, completed_at = clock_timestamp()
  where r.id = grant_referral.referral_id and r.status = 'PENDING'
  returning r.* into completed;
  if completed.id is not null then
    update spike_land.users as u set referral_count = u.referral_count + 1 where u.id = completed.referrer_id;
    -- In one order whoever is who, so that two that refer each other's friends do not deadlock.
    insert into spike_land.token_transactions (user_id, amount, type, source, source_id)
    select p.user_id, each, 'EARN_BONUS', 'referral', completed.id
    from unnest(array[completed.referrer_id, completed.referee_id]) as p (user_id) order by p.user_id;
  end if;
  return completed;
end
$$;
comment on function spike_land_private.grant_referral(text) is 'Completes a pending referral: both get their tokens, the referrer''s count rises';

create function spike_land_private.complete_referral(user_id text) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  perform spike_land_private.grant_referral(r.id) from spike_land.referrals as r
  where r.referee_id = complete_referral.user_id and r.status = 'PENDING' and not r.is_suspicious;
end
$$;
comment on function spike_land_private.complete_referral(text) is 'Somebody completed an action: if it is a referee''s first, both get their tokens. Suspicious referrals wait for an admin';

create function spike_land_private.has_completed_action(user_id text) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
  return exists (select from spike_land.image_enhancement_jobs as j where j.user_id = has_completed_action.user_id and j.status = 'COMPLETED')
    or exists (select from spike_land.mcp_generation_jobs as j where j.user_id = has_completed_action.user_id and j.status = 'COMPLETED')
    or exists (select from spike_land.stripe_payments as p where p.user_id = has_completed_action.user_id and p.status = 'SUCCEEDED');
end
$$;
comment on function spike_land_private.has_completed_action(text) is 'Whether somebody has completed an enhancement, a generation or a purchase';

create function spike_land.review_referral(referral_id text, accept boolean) returns spike_land.referrals
language plpgsql security definer set search_path = ''
as $$
declare
  reviewed spike_land.referrals;
begin
  perform spike_land_private.require_admin();
  select * into reviewed from spike_land.referrals as r where r.id = review_referral.referral_id for update;
  if reviewed.id is null then
    raise sqlstate 'PT404' using message = format('there is no referral %s', review_referral.referral_id);
  end if;
  if not accept then
    update spike_land.referrals as r set status = 'INVALID' where r.id = reviewed.id returning r.* into reviewed;
  else
    update spike_land.referrals as r set is_suspicious = false where r.id = reviewed.id returning r.* into reviewed;
    if reviewed.status = 'PENDING' and spike_land_private.has_completed_action(reviewed.referee_id) then
      reviewed := spike_land_private.grant_referral(reviewed.id);
    end if;
  end if;
  perform spike_land_private.audit('REFERRAL_REVIEW', reviewed.id, jsonb_build_object('accept', accept));
  return reviewed;
end
$$;
comment on function spike_land.review_referral(text, boolean) is 'Decides about a suspicious referral. For admins; audited';
grant execute on function spike_land.review_referral(text, boolean) to authenticated;

set local role hedgerow_admin;

create trigger vouchers_audit after insert or update or delete on spike_land.vouchers
  for each row execute function spike_land_private.audit_voucher();

select hedgerow.register_upkeep('spike_land.expire-vouchers', 'spike_land_private.expire_vouchers', '1 hour');
