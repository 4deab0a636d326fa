-- SL-17: what is put into a cart while it is checked out stays in it for the next order. It was otherwise ordered without being paid for when it came
-- after the sum, and lost when it came after the copy.

set local role hedgerow_definer;

create function spike_land_private.wait_for_checkout() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform from spike_land.merch_carts as c where c.id = new.cart_id for share;
  return new;
end
$$;
comment on function spike_land_private.wait_for_checkout() is 'Row trigger: what comes into a cart waits until a checkout of it has ended, and checkouts wait for it';

set local role hedgerow_admin;

create trigger merch_cart_items_wait before insert on spike_land.merch_cart_items
  for each row execute function spike_land_private.wait_for_checkout();
