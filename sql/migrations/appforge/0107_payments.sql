-- As in 0003, but that no price is too high to be multiplied, and that a completed purchase keeps its charge.

set local role hedgerow_definer;

create or replace function appforge.purchase_template(template_id text, referral_code text default null) returns appforge.marketplace_purchases
language plpgsql security definer set search_path = ''
as $$
declare
  me constant text := appforge_private.me();
  template appforge.templates;
  referral appforge.referral_codes;
  to_pay int;
  fee int;
  bought appforge.marketplace_purchases;
begin
  if me is null then
    raise sqlstate 'PT401' using message = 'a purchase is somebody''s', hint = 'Sign in first.';
  end if;
  select * into template from appforge.templates as t where t.id = purchase_template.template_id and t.status = 'published';
  if template.id is null then
    raise sqlstate 'PT404' using message = format('there is no published template %s', purchase_template.template_id), hint = 'templates lists what there is.';
  end if;
  if template.creator_id = me then
    raise sqlstate 'PT403' using message = 'nobody buys their own template', hint = 'Its source is open to you: rpc/template_source.';
  end if;
  to_pay := template.price;
  if purchase_template.referral_code is not null then
    select * into referral from appforge.referral_codes as r where lower(r.code) = lower(trim(purchase_template.referral_code));
    if referral.id is null or referral.creator_id <> template.creator_id then
      raise sqlstate 'PT409' using
        message = format('the referral code "%s" does not hold for this template', purchase_template.referral_code),
        hint = 'There is no such code of its creator.';
    end if;
    to_pay := round(template.price::numeric * (100 - referral.discount_percentage) / 100);
  end if;
  fee := round(to_pay::numeric * template.commission_percentage / 100);
  begin
    insert into appforge.marketplace_purchases (buyer_id, template_id, creator_id, amount, platform_fee, creator_payout, payment_status, referral_code_id)
    values (me, template.id, template.creator_id, to_pay, fee, to_pay - fee,
      case to_pay when 0 then 'completed'::appforge.payment_status else 'pending' end, referral.id)
    returning * into bought;
  exception when unique_violation then
    raise sqlstate 'PT409' using message = 'you have bought this template already, or its payment is pending', hint = 'marketplace_purchases lists what you bought.';
  end;
  -- Whoever touches several of them locks purchase, template, referral code in this order, so that nobody waits in a circle.
  if referral.id is not null then
    update appforge.referral_codes as r set current_uses = r.current_uses + 1
    where r.id = referral.id and r.is_active and (r.expires_at is null or r.expires_at > now())
      and (r.max_uses is null or r.current_uses < r.max_uses);
    if not found then
      raise sqlstate 'PT409' using
        message = format('the referral code "%s" no longer holds', purchase_template.referral_code),
        hint = 'It has been used as often as it may, has expired or was switched off. Buy without it, or with another.';
    end if;
  end if;
  return bought;
end
$$;

create or replace function appforge.complete_purchase(purchase_id text, stripe_charge_id text) returns appforge.marketplace_purchases
language plpgsql security definer set search_path = ''
as $$
declare
  paid appforge.marketplace_purchases;
begin
  select * into paid from appforge.marketplace_purchases as p where p.id = complete_purchase.purchase_id for no key update;
  if paid.id is null then
    raise sqlstate 'PT404' using message = format('there is no purchase %s', complete_purchase.purchase_id);
  end if;
  if paid.payment_status = 'completed' then
    -- Webhooks are sent again: what is completed by this charge stays so. Another charge for it is money that has to go back.
    if paid.stripe_charge_id is not distinct from complete_purchase.stripe_charge_id then
      return paid;
    end if;
    raise sqlstate 'PT409' using
      message = format('purchase %s is completed, and not by the charge %s', paid.id, coalesce(complete_purchase.stripe_charge_id, '(none)')),
      hint = 'Refund that charge.';
  end if;
  update appforge.marketplace_purchases as p set payment_status = 'completed', stripe_charge_id = complete_purchase.stripe_charge_id
  where p.id = paid.id returning * into paid;
  return paid;
end
$$;
