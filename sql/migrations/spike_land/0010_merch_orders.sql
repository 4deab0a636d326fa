-- Orders (SL-17): checkout, numbers without a gap, the lifecycle with its events, shipments, and the webhooks that move them.

create table spike_land_private.order_numbers (
  year integer primary key,
  last integer not null
);
comment on table spike_land_private.order_numbers is
  'The last order number of each year. Its row''s lock is held to the end of a checkout, so that one that fails leaves no gap';

create table spike_land_private.shipping_rates (
  country text primary key check (country ~ '^([A-Z]{2}|\*)$'),
  cost numeric(10, 2) not null check (cost >= 0),
  free_from numeric(10, 2) check (free_from > 0),
  tax_rate numeric(5, 4) not null check (tax_rate between 0 and 1)
);
comment on table spike_land_private.shipping_rates is 'What shipping costs to a country, from which subtotal it is free, and the tax on both; * is anywhere else';

create table spike_land.merch_orders (
  id text primary key default hedgerow.cuid(),
  user_id text not null references spike_land.users (id) on delete cascade,
  order_number text not null unique check (order_number ~ '^SL-\d{4}-\d{6}$'),
  status spike_land.merch_order_status not null default 'PENDING',
  subtotal numeric(10, 2) not null check (subtotal >= 0),
  shipping_cost numeric(10, 2) not null check (shipping_cost >= 0),
  tax_amount numeric(10, 2) not null default 0 check (tax_amount >= 0),
  total_amount numeric(10, 2) not null,
  currency text not null default 'GBP',
  stripe_payment_intent_id text unique,
  stripe_payment_status text check (stripe_payment_status in ('authorized', 'captured', 'cancelled')),
  shipping_address jsonb not null,
  billing_address jsonb,
  customer_email text not null check (customer_email ~ '^[^@\s]+@[^@\s]+$'),
  customer_phone text,
  notes text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  paid_at timestamptz,
  constraint merch_orders_total_adds_up check (total_amount = subtotal + shipping_cost + tax_amount)
);
create index merch_orders_user_idx on spike_land.merch_orders (user_id, created_at desc);
create index merch_orders_status_idx on spike_land.merch_orders (status);
comment on table spike_land.merch_orders is 'Orders, made by rpc/checkout. Read by their customer; advanced by service and by webhooks.';
comment on column spike_land.merch_orders.order_number is 'SL-<year>-<six digits>, counted from 1 each year without a gap';
comment on column spike_land.merch_orders.shipping_address is '{"name", "line1", "line2", "city", "postalCode", "country"}; country as two letters';

create trigger merch_orders_lifecycle before update of status on spike_land.merch_orders
  for each row execute function hedgerow.keep_lifecycle('order',
    'PENDING>PAYMENT_PENDING', 'PENDING>PAID', 'PENDING>CANCELLED', 'PAYMENT_PENDING>PAID', 'PAYMENT_PENDING>CANCELLED',
    'PAID>SUBMITTED', 'PAID>CANCELLED', 'PAID>REFUNDED', 'SUBMITTED>IN_PRODUCTION', 'SUBMITTED>SHIPPED', 'SUBMITTED>REFUNDED',
    'IN_PRODUCTION>SHIPPED', 'IN_PRODUCTION>REFUNDED', 'SHIPPED>DELIVERED', 'SHIPPED>REFUNDED', 'DELIVERED>REFUNDED', 'CANCELLED>REFUNDED');

create table spike_land.merch_shipments (
  id text primary key default hedgerow.cuid(),
  order_id text not null references spike_land.merch_orders (id) on delete cascade,
  provider spike_land.pod_provider not null,
  provider_ship_id text,
  carrier text,
  tracking_number text,
  tracking_url text,
  status spike_land.shipment_status not null default 'PENDING',
  shipped_at timestamptz,
  delivered_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (order_id, id),
  unique (provider, provider_ship_id)
);
create index merch_shipments_tracking_idx on spike_land.merch_shipments (tracking_number);
comment on table spike_land.merch_shipments is 'Parcels of an order. The order is SHIPPED with the first, DELIVERED with the last.';

create trigger merch_shipments_lifecycle before update of status on spike_land.merch_shipments
  for each row execute function hedgerow.keep_lifecycle('shipment',
    'PENDING>PROCESSING', 'PENDING>SHIPPED', 'PENDING>FAILED', 'PROCESSING>SHIPPED', 'PROCESSING>FAILED', 'SHIPPED>IN_TRANSIT',
    'SHIPPED>OUT_FOR_DELIVERY', 'SHIPPED>DELIVERED', 'SHIPPED>FAILED', 'IN_TRANSIT>OUT_FOR_DELIVERY', 'IN_TRANSIT>DELIVERED', 'IN_TRANSIT>FAILED',
    'OUT_FOR_DELIVERY>IN_TRANSIT', 'OUT_FOR_DELIVERY>DELIVERED', 'OUT_FOR_DELIVERY>FAILED', 'FAILED>PROCESSING');

create table spike_land.merch_order_items (
  id text primary key default hedgerow.cuid(),
  order_id text not null references spike_land.merch_orders (id) on delete cascade,
  product_id text not null references spike_land.merch_products (id),
  variant_id text references spike_land.merch_variants (id) on delete set null,
  product_name text not null,
  variant_name text,
  image_url text not null,
  image_r2_key text not null,
  quantity integer not null check (quantity > 0),
  unit_price numeric(10, 2) not null check (unit_price > 0),
  total_price numeric(10, 2) not null,
  custom_text text,
  pod_order_id text,
  pod_status text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  shipment_id text references spike_land.merch_shipments (id) on delete set null,
  -- A parcel of the same order.
  foreign key (order_id, shipment_id) references spike_land.merch_shipments (order_id, id) on delete set null (shipment_id),
  constraint merch_order_items_total_adds_up check (total_price = unit_price * quantity)
);
create index merch_order_items_order_idx on spike_land.merch_order_items (order_id);
create index merch_order_items_pod_order_idx on spike_land.merch_order_items (pod_order_id);
create index merch_order_items_product_idx on spike_land.merch_order_items (product_id);
create index merch_order_items_variant_idx on spike_land.merch_order_items (variant_id);
create index merch_order_items_shipment_idx on spike_land.merch_order_items (shipment_id);
create index merch_order_items_image_key_idx on spike_land.merch_order_items (image_r2_key);
comment on table spike_land.merch_order_items is 'What was ordered, as it was then: names, price and image do not follow later changes.';

create table spike_land.merch_order_events (
  id text primary key default hedgerow.cuid(),
  order_id text not null references spike_land.merch_orders (id) on delete cascade,
  type text not null check (type ~ '^[A-Z][A-Z_]*$'),
  data jsonb,
  created_at timestamptz not null default clock_timestamp()
);
create index merch_order_events_order_idx on spike_land.merch_order_events (order_id, created_at);
comment on table spike_land.merch_order_events is 'What happened to an order: ORDER_CREATED, PAYMENT_CAPTURED, SUBMITTED_TO_POD … Append-only, written by the database.';

create trigger merch_order_events_keep before update on spike_land.merch_order_events
  for each row execute function hedgerow.refuse_update();

create table spike_land.merch_webhook_events (
  id text primary key default hedgerow.cuid(),
  provider text not null check (provider in ('STRIPE', 'PRODIGI', 'PRINTFUL')),
  event_id text not null,
  event_type text not null,
  processed boolean not null default false,
  payload jsonb not null,
  processed_at timestamptz,
  created_at timestamptz not null default now(),
  unique (provider, event_id)
);
create index merch_webhook_events_type_idx on spike_land.merch_webhook_events (provider, event_type);
create index merch_webhook_events_processed_idx on spike_land.merch_webhook_events (processed, created_at);
comment on table spike_land.merch_webhook_events is 'What providers told us, once an event, processed once. Service only: rpc/receive_merch_webhook, process_merch_webhook.';

set local role hedgerow_definer;

insert into spike_land_private.shipping_rates values ('GB', 4.99, 50.00, 0.2000), ('IE', 7.99, 80.00, 0.2300), ('DE', 7.99, 80.00, 0.1900), ('US', 9.99, null, 0), ('*', 14.99, null, 0);

create function spike_land_private.next_order_number(moment timestamptz) returns text
language sql security definer set search_path = '' set timezone = 'UTC'
as $$
  insert into spike_land_private.order_numbers as n (year, last) values (extract(year from moment), 1)
  on conflict (year) do update set last = n.last + 1
  returning format('SL-%s-%s', to_char(n.year, 'FM0000'), to_char(n.last, 'FM000000'))
$$;
comment on function spike_land_private.next_order_number(timestamptz) is 'The next order number of the moment''s year (UTC); other checkouts wait until this one ends';

create function spike_land_private.check_address(address jsonb, named text) returns void
language plpgsql set search_path = ''
as $$
declare
  missing constant text := (
    select string_agg(f.field, ', ') from unnest(array['name', 'line1', 'city', 'postalCode', 'country']) as f (field)
    where coalesce(address ->> f.field, '') !~ '\S');
begin
  if jsonb_typeof(address) is distinct from 'object' or missing is not null or address ->> 'country' !~ '^[A-Z]{2}$' then
    raise sqlstate 'PT400' using
      message = format('%s lacks %s', named, coalesce(missing, 'a country of two capital letters')),
      hint = 'Send {"name", "line1", "line2", "city", "postalCode", "country"}, the country as in GB.';
  end if;
end
$$;
comment on function spike_land_private.check_address(jsonb, text) is '400 when nothing can be sent to the address';

create function spike_land.checkout(
  shipping_address jsonb, customer_email text default null, customer_phone text default null, billing_address jsonb default null, notes text default null)
returns spike_land.merch_orders
language plpgsql security definer set search_path = ''
as $$
declare
  caller constant text := spike_land_private.require_me();
  cart constant text := (select c.id from spike_land.merch_carts as c where c.user_id = caller for no key update);
  address_of_mail constant text := coalesce(checkout.customer_email, (select u.email from spike_land.users as u where u.id = caller));
  rate spike_land_private.shipping_rates;
  unavailable text;
  currencies text[];
  sum numeric(10, 2);
  shipping numeric(10, 2);
  made spike_land.merch_orders;
begin
  perform spike_land_private.check_address(checkout.shipping_address, 'shipping_address');
  if checkout.billing_address is not null then
    perform spike_land_private.check_address(checkout.billing_address, 'billing_address');
  end if;
  if address_of_mail is null or address_of_mail !~ '^[^@\s]+@[^@\s]+$' then
    raise sqlstate 'PT400' using message = 'an order needs an e-mail address', hint = 'Send customer_email.';
  end if;
  -- What is in the cart, and what it costs, holds still from here on.
  perform from spike_land.merch_cart_items as i where i.cart_id = cart order by i.id for update;
  perform from spike_land.merch_products as p
  where p.id in (select i.product_id from spike_land.merch_cart_items as i where i.cart_id = cart) order by p.id for share;

  select string_agg(l.name, ', '), array_agg(distinct l.currency), sum(l.unit_price * l.quantity)
  into unavailable, currencies, sum
  from (
    select case when not (p.is_active and c.is_active and coalesce(v.is_active, true)) then concat_ws(', ', p.name, v.name) end as name,
      p.currency, p.retail_price + coalesce(v.price_delta, 0) as unit_price, i.quantity
    from spike_land.merch_cart_items as i
    join spike_land.merch_products as p on p.id = i.product_id
    join spike_land.merch_categories as c on c.id = p.category_id
    left join spike_land.merch_variants as v on v.id = i.variant_id
    where i.cart_id = cart) as l;
  if sum is null then
    raise sqlstate 'PT409' using message = 'your cart is empty', hint = 'Fill it with rpc/add_to_cart.';
  end if;
  if unavailable is not null then
    raise sqlstate 'PT409' using message = format('no longer for sale: %s', unavailable), hint = 'Take it out of merch_cart_items.';
  end if;
  if cardinality(currencies) > 1 then
    raise sqlstate 'PT409' using message = format('an order has one currency, and the cart has %s', array_to_string(currencies, ' and '));
  end if;

  select * into rate from spike_land_private.shipping_rates as r
  where r.country in (checkout.shipping_address ->> 'country', '*') order by r.country = '*' limit 1;
  shipping := case when sum >= rate.free_from then 0 else rate.cost end;
  insert into spike_land.merch_orders (user_id, order_number, subtotal, shipping_cost, tax_amount, total_amount, currency,
    shipping_address, billing_address, customer_email, customer_phone, notes)
  select caller, spike_land_private.next_order_number(now()), sum, shipping, t.tax, sum + shipping + t.tax, currencies[1],
    checkout.shipping_address, checkout.billing_address, address_of_mail, checkout.customer_phone, checkout.notes
  from (select round((sum + shipping) * rate.tax_rate, 2) as tax) as t
  returning * into made;
  insert into spike_land.merch_order_items
    (order_id, product_id, variant_id, product_name, variant_name, image_url, image_r2_key, quantity, unit_price, total_price, custom_text)
  select made.id, p.id, v.id, p.name, v.name, coalesce(i.uploaded_image_url, print.url), coalesce(i.uploaded_image_r2_key, print.r2_key),
    i.quantity, p.retail_price + coalesce(v.price_delta, 0), (p.retail_price + coalesce(v.price_delta, 0)) * i.quantity, i.custom_text
  from spike_land.merch_cart_items as i
  join spike_land.merch_products as p on p.id = i.product_id
  left join spike_land.merch_variants as v on v.id = i.variant_id
  left join lateral spike_land_private.printable(i.image_id) as print on true
  where i.cart_id = cart
  order by i.created_at, i.id;
  delete from spike_land.merch_cart_items as i where i.cart_id = cart;
  return made;
end
$$;
comment on function spike_land.checkout(jsonb, text, text, jsonb, text) is
  'Turns your cart into an order and empties it

Names, prices and images are copied as they are now; the image printed is the latest enhancement. Returns the order, to be paid.';
grant execute on function spike_land.checkout(jsonb, text, text, jsonb, text) to authenticated;

create function spike_land_private.note_order_event() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if tg_op = 'UPDATE' and new.status = old.status then
    return null;
  end if;
  insert into spike_land.merch_order_events (order_id, type, data)
  values (new.id,
    case when tg_op = 'INSERT' then 'ORDER_CREATED' else case new.status
      when 'PAYMENT_PENDING' then 'PAYMENT_AUTHORIZED' when 'PAID' then 'PAYMENT_CAPTURED' when 'SUBMITTED' then 'SUBMITTED_TO_POD'
      else new.status::text end end,
    case when tg_op = 'INSERT' then jsonb_build_object('status', new.status, 'total', new.total_amount)
      else jsonb_build_object('from', old.status, 'to', new.status) end);
  if tg_op = 'UPDATE' and new.status = 'PAID' then
    perform spike_land_private.attribute_conversion(new.user_id, 'PURCHASE', new.total_amount);
  end if;
  return null;
end
$$;
comment on function spike_land_private.note_order_event() is 'Row trigger: an order''s beginning and each of its moves is an event';

create function spike_land_private.time_order() returns trigger
language plpgsql set search_path = ''
as $$
begin
  new.order_number := old.order_number;
  if new.status <> old.status and new.status = 'PAID' then
    new.paid_at := clock_timestamp();
    new.stripe_payment_status := 'captured';
  elsif new.status <> old.status and new.status = 'PAYMENT_PENDING' then
    new.stripe_payment_status := 'authorized';
  elsif new.status <> old.status and new.status = 'CANCELLED' then
    new.stripe_payment_status := 'cancelled';
  end if;
  return new;
end
$$;
comment on function spike_land_private.time_order() is 'Row trigger: notes when an order was paid; its number stays';

create function spike_land.cancel_order(order_id text) returns spike_land.merch_orders
language plpgsql security definer set search_path = ''
as $$
declare
  own spike_land.merch_orders;
begin
  select * into own from spike_land.merch_orders as o where o.id = cancel_order.order_id and o.user_id = spike_land_private.require_me() for update;
  if own.id is null then
    raise sqlstate 'PT404' using message = format('you have no order %s', cancel_order.order_id);
  end if;
  if own.status not in ('PENDING', 'PAYMENT_PENDING') then
    raise sqlstate 'PT409' using
      message = format('order %s is %s and can no longer be cancelled', own.order_number, own.status),
      hint = 'Write to us: what is paid has to be refunded.';
  end if;
  update spike_land.merch_orders as o set status = 'CANCELLED' where o.id = own.id returning o.* into own;
  return own;
end
$$;
comment on function spike_land.cancel_order(text) is 'Cancels your order while it is not paid';
grant execute on function spike_land.cancel_order(text) to authenticated;

create function spike_land_private.time_shipment() returns trigger
language plpgsql set search_path = ''
as $$
begin
  if new.status in ('SHIPPED', 'IN_TRANSIT', 'OUT_FOR_DELIVERY', 'DELIVERED') then
    new.shipped_at := coalesce(new.shipped_at, clock_timestamp());
  end if;
  if new.status = 'DELIVERED' then
    new.delivered_at := coalesce(new.delivered_at, clock_timestamp());
  end if;
  return new;
end
$$;
comment on function spike_land_private.time_shipment() is 'Row trigger: notes when a parcel left and arrived';

create function spike_land_private.follow_shipments() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  owner spike_land.merch_orders;
begin
  -- Two parcels that arrive at once wait for each other: the later one sees that it is the last.
  select * into owner from spike_land.merch_orders as o where o.id = new.order_id for no key update;
  if owner.status in ('SUBMITTED', 'IN_PRODUCTION') and new.status in ('SHIPPED', 'IN_TRANSIT', 'OUT_FOR_DELIVERY', 'DELIVERED') then
    update spike_land.merch_orders as o set status = 'SHIPPED' where o.id = owner.id returning o.* into owner;
  end if;
  if owner.status = 'SHIPPED' and not exists (
    select from spike_land.merch_shipments as s where s.order_id = owner.id and s.status <> 'DELIVERED') then
    update spike_land.merch_orders as o set status = 'DELIVERED' where o.id = owner.id;
  end if;
  return null;
end
$$;
comment on function spike_land_private.follow_shipments() is 'Row trigger: an order is shipped with its first parcel, delivered with its last';

-- Webhooks.

create function spike_land.receive_merch_webhook(provider text, event_id text, event_type text, payload jsonb) returns boolean
language plpgsql security definer set search_path = ''
as $$
begin
  insert into spike_land.merch_webhook_events (provider, event_id, event_type, payload)
  values (upper(receive_merch_webhook.provider), receive_merch_webhook.event_id, receive_merch_webhook.event_type, receive_merch_webhook.payload)
  on conflict on constraint merch_webhook_events_provider_event_id_key do nothing;
  return found;
end
$$;
comment on function spike_land.receive_merch_webhook(text, text, text, jsonb) is
  'Stores a webhook; false when the provider sent this event before. Service only, after it has verified the signature';

create function spike_land.process_merch_webhook(provider text, event_id text) returns boolean
language plpgsql security definer set search_path = ''
as $$
declare
  event spike_land.merch_webhook_events;
  subject spike_land.merch_orders;
  becomes spike_land.merch_order_status;
begin
  select * into event from spike_land.merch_webhook_events as e
  where e.provider = upper(process_merch_webhook.provider) and e.event_id = process_merch_webhook.event_id for update;
  if event.id is null then
    raise sqlstate 'PT404' using message = format('there is no event %s of %s', process_merch_webhook.event_id, process_merch_webhook.provider);
  end if;
  if event.processed then
    return false;
  end if;
  select * into subject from spike_land.merch_orders as o
  where case when event.provider = 'STRIPE' then o.stripe_payment_intent_id = event.payload ->> 'payment_intent'
    else o.order_number = event.payload ->> 'order_number' end
  for no key update;
  becomes := case event.event_type
    when 'payment_intent.amount_capturable_updated' then 'PAYMENT_PENDING' when 'payment_intent.succeeded' then 'PAID'
    when 'payment_intent.canceled' then 'CANCELLED' when 'charge.refunded' then 'REFUNDED'
    when 'order.submitted' then 'SUBMITTED' when 'order.in_production' then 'IN_PRODUCTION' end;
  -- Events overtake each other: one that the order has passed already changes nothing.
  if subject.id is not null and becomes is not null and (becomes > subject.status) then
    update spike_land.merch_orders as o set status = becomes where o.id = subject.id;
  end if;
  if subject.id is not null and event.event_type like 'shipment.%' then
    insert into spike_land.merch_shipments as s (order_id, provider, provider_ship_id, carrier, tracking_number, tracking_url, status)
    values (subject.id, event.provider::spike_land.pod_provider, event.payload -> 'shipment' ->> 'id', event.payload -> 'shipment' ->> 'carrier',
      event.payload -> 'shipment' ->> 'tracking_number', event.payload -> 'shipment' ->> 'tracking_url',
      upper(substring(event.event_type from '\.(.*)$'))::spike_land.shipment_status)
    on conflict on constraint merch_shipments_provider_provider_ship_id_key do update set
      carrier = coalesce(excluded.carrier, s.carrier), tracking_number = coalesce(excluded.tracking_number, s.tracking_number),
      tracking_url = coalesce(excluded.tracking_url, s.tracking_url), status = greatest(s.status, excluded.status)
    where s.status <> 'FAILED';
  end if;
  update spike_land.merch_webhook_events as e set processed = true, processed_at = clock_timestamp() where e.id = event.id;
  return true;
end
$$;
comment on function spike_land.process_merch_webhook(text, text) is
  'Does what a stored webhook says, once: false when that was done before

Stripe: {"payment_intent"} pays, cancels, refunds. Prodigi and Printful: {"order_number"} with order.submitted, order.in_production, or shipment.shipped, shipment.delivered and {"shipment": {"id", "carrier", "tracking_number", "tracking_url"}}. Service only.';
grant execute on function
  spike_land.receive_merch_webhook(text, text, text, jsonb), spike_land.process_merch_webhook(text, text)
to service_role, hedgerow_jobs;

create function spike_land_private.delete_old_webhooks(moment timestamptz default now()) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
  gone integer;
begin
  delete from spike_land.merch_webhook_events as e where e.processed and e.created_at < moment - interval '90 days';
  get diagnostics gone = row_count;
  return gone;
end
$$;
comment on function spike_land_private.delete_old_webhooks(timestamptz) is 'Deletes processed webhooks older than 90 days at the moment; returns how many. What was never processed stays.';
grant execute on function spike_land_private.delete_old_webhooks(timestamptz) to hedgerow_jobs, service_role;

set local role hedgerow_admin;

create trigger merch_orders_note_event after insert or update of status on spike_land.merch_orders
  for each row execute function spike_land_private.note_order_event();
-- Named to run after the lifecycle: triggers of one event run in the order of their names.
create trigger merch_orders_time before update on spike_land.merch_orders
  for each row execute function spike_land_private.time_order();
create trigger merch_shipments_time before insert or update on spike_land.merch_shipments
  for each row execute function spike_land_private.time_shipment();
create trigger merch_shipments_follow after insert or update of status on spike_land.merch_shipments
  for each row execute function spike_land_private.follow_shipments();

select hedgerow.register_upkeep('spike_land.delete-old-webhooks', 'spike_land_private.delete_old_webhooks');
