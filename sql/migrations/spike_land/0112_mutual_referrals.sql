-- As in 0005, but that two people who name each other at the same moment are not both referred (SL-09).

set local role hedgerow_definer;

create or replace function spike_land.use_referral_code(code text) returns spike_land.referrals
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
  -- The rows of both, in one order: of two who name each other at once, the second sees the first.
  perform from spike_land.users as u where u.id in (referrer.id, caller) order by u.id for no key update;
  if exists (select from spike_land.users as u where u.id = referrer.id and u.referred_by_id = caller) then
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
