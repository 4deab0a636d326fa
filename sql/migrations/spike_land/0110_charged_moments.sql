-- As in 0007, but that what has grown back by the moment counts, whichever moment it is.

set local role hedgerow_definer;

create or replace function spike_land_private.charge_box(box_id text, moment timestamptz) returns integer
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
  perform spike_land_private.regenerate_tokens(box.user_id, moment);
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
