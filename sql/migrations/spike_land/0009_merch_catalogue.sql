-- Print-on-demand: what is for sale, and carts (SL-17).

create table spike_land.merch_categories (
  id text primary key default hedgerow.cuid(),
  name text not null unique,
  slug text not null unique check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
  description text,
  icon text,
  sort_order integer not null default 0,
  is_active boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index merch_categories_active_idx on spike_land.merch_categories (is_active, sort_order);
comment on table spike_land.merch_categories is 'Kinds of products. Active ones are public; written by admins.';

create table spike_land.merch_products (
  id text primary key default hedgerow.cuid(),
  name text not null check (name ~ '\S'),
  description text,
  category_id text not null references spike_land.merch_categories (id),
  provider spike_land.pod_provider not null,
  provider_sku text not null,
  base_price numeric(10, 2) not null check (base_price > 0),
  retail_price numeric(10, 2) not null check (retail_price > 0),
  currency text not null default 'GBP' check (currency ~ '^[A-Z]{3}$'),
  is_active boolean not null default true,
  min_dpi integer not null default 150 check (min_dpi > 0),
  min_width integer not null default 1800 check (min_width > 0),
  min_height integer not null default 1800 check (min_height > 0),
  print_area_width integer check (print_area_width > 0),
  print_area_height integer check (print_area_height > 0),
  mockup_template text,
  sort_order integer not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index merch_products_category_idx on spike_land.merch_products (category_id, is_active);
create index merch_products_provider_idx on spike_land.merch_products (provider, provider_sku);
create index merch_products_active_idx on spike_land.merch_products (is_active, sort_order);
comment on table spike_land.merch_products is 'What images are printed on. Active ones are public; written by admins.';
comment on column spike_land.merch_products.base_price is 'What the provider takes';
comment on column spike_land.merch_products.min_width is 'Pixels that an image must have to be printed on it: of its latest enhancement, or of itself';

create table spike_land.merch_variants (
  id text primary key default hedgerow.cuid(),
  product_id text not null references spike_land.merch_products (id) on delete cascade,
  name text not null check (name ~ '\S'),
  provider_sku text not null,
  price_delta numeric(10, 2) not null default 0,
  is_active boolean not null default true,
  attributes jsonb,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (product_id, id)
);
create index merch_variants_product_idx on spike_land.merch_variants (product_id, is_active);
create index merch_variants_active_idx on spike_land.merch_variants (is_active);
comment on table spike_land.merch_variants is 'Sizes and colours of a product. Active ones are public; written by admins.';
comment on column spike_land.merch_variants.price_delta is 'On top of the product''s retail price, or off it; the sum stays above nothing';

create table spike_land.merch_carts (
  id text primary key default hedgerow.cuid(),
  user_id text not null unique default spike_land_private.me() references spike_land.users (id) on delete cascade,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on table spike_land.merch_carts is 'One a person. rpc/add_to_cart makes it; the view cart_lines shows what it costs.';

create table spike_land.merch_cart_items (
  id text primary key default hedgerow.cuid(),
  cart_id text not null references spike_land.merch_carts (id) on delete cascade,
  product_id text not null references spike_land.merch_products (id) on delete cascade,
  variant_id text references spike_land.merch_variants (id) on delete cascade,
  image_id text references spike_land.enhanced_images (id) on delete cascade,
  uploaded_image_r2_key text,
  uploaded_image_url text,
  quantity integer not null default 1 check (quantity between 1 and 100),
  custom_text text check (char_length(custom_text) <= 500),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique nulls not distinct (cart_id, product_id, variant_id, image_id, uploaded_image_r2_key),
  foreign key (product_id, variant_id) references spike_land.merch_variants (product_id, id) on delete cascade,
  constraint merch_cart_items_one_image check (num_nonnulls(image_id, uploaded_image_r2_key) = 1
    and (uploaded_image_r2_key is null) = (uploaded_image_url is null))
);
create index merch_cart_items_cart_idx on spike_land.merch_cart_items (cart_id, created_at);
create index merch_cart_items_product_idx on spike_land.merch_cart_items (product_id, variant_id);
create index merch_cart_items_variant_idx on spike_land.merch_cart_items (variant_id);
create index merch_cart_items_image_idx on spike_land.merch_cart_items (image_id);
comment on table spike_land.merch_cart_items is 'What is in a cart: a product, in a variant, with an image of one''s own or one that was uploaded for it.';
comment on column spike_land.merch_cart_items.uploaded_image_r2_key is 'Where an uploaded image is stored: in the owner''s folder, <user id>/…';

set local role hedgerow_definer;

insert into spike_land.merch_categories (name, slug, description, icon, sort_order) values
  ('Wall art', 'wall-art', 'Posters, canvases and frames.', 'image', 10),
  ('Homeware', 'homeware', 'Mugs and cushions.', 'home', 20);
insert into spike_land.merch_products
  (name, description, category_id, provider, provider_sku, base_price, retail_price, min_width, min_height, sort_order)
select p.name, p.description, c.id, p.provider::spike_land.pod_provider, p.sku, p.base, p.retail, p.width, p.height, p.place
from (values
  ('wall-art', 'Fine art print', 'Matt paper, 200 g.', 'PRODIGI', 'GLOBAL-FAP', 6.00, 14.99, 2000, 2000, 10),
  ('wall-art', 'Canvas', 'Stretched over a wooden frame.', 'PRODIGI', 'GLOBAL-CAN', 18.50, 39.99, 3000, 3000, 20),
  ('homeware', 'Mug', 'White, 325 ml.', 'PRINTFUL', 'MUG-11', 4.20, 11.99, 1000, 1000, 30)
) as p (category, name, description, provider, sku, base, retail, width, height, place)
join spike_land.merch_categories as c on c.slug = p.category;
insert into spike_land.merch_variants (product_id, name, provider_sku, price_delta, attributes)
select p.id, v.name, v.sku, v.delta, v.attributes::jsonb
from (values
  ('GLOBAL-FAP', '20x30cm', 'GLOBAL-FAP-8X12', 0.00, '{"size": "20x30"}'), ('GLOBAL-FAP', '30x40cm', 'GLOBAL-FAP-12X16', 5.00, '{"size": "30x40"}'),
  ('GLOBAL-CAN', '40x40cm', 'GLOBAL-CAN-16X16', 0.00, '{"size": "40x40"}'), ('GLOBAL-CAN', '60x60cm', 'GLOBAL-CAN-24X24', 20.00, '{"size": "60x60"}')
) as v (product, name, sku, delta, attributes)
join spike_land.merch_products as p on p.provider_sku = v.product;

create function spike_land_private.check_variant_price() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  too_low text;
begin
  select format('%s, %s: %s', p.name, v.name, p.retail_price + v.price_delta) into too_low
  from spike_land.merch_variants as v join spike_land.merch_products as p on p.id = v.product_id
  where (case tg_table_name when 'merch_variants' then v.id else p.id end) = new.id and p.retail_price + v.price_delta <= 0
  limit 1;
  if too_low is not null then
    raise sqlstate 'PT400' using message = format('a price must be positive (%s)', too_low), hint = 'retail_price and price_delta add up to it.';
  end if;
  return null;
end
$$;
comment on function spike_land_private.check_variant_price() is 'Row trigger: what a variant costs in the end is more than nothing (C-07)';

-- What is printed: the latest enhancement that was completed, else the original.
create function spike_land_private.printable(image_id text, out url text, out r2_key text, out width integer, out height integer)
language sql stable security definer set search_path = ''
as $$
  select coalesce(j.enhanced_url, i.original_url), coalesce(j.enhanced_r2_key, i.original_r2_key),
    coalesce(j.enhanced_width, i.original_width), coalesce(j.enhanced_height, i.original_height)
  from spike_land.enhanced_images as i
  left join lateral (
    select * from spike_land.image_enhancement_jobs as e
    where e.image_id = i.id and e.status = 'COMPLETED' order by e.processing_completed_at desc nulls last, e.id desc limit 1) as j on true
  where i.id = printable.image_id
$$;
comment on function spike_land_private.printable(text) is 'What is printed of an image: its latest completed enhancement, else itself';

create function spike_land_private.check_cart_item() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  product spike_land.merch_products;
  print record;
begin
  select * into product from spike_land.merch_products as p where p.id = new.product_id;
  if auth.uid() is not null and (not product.is_active or new.image_id is not null and not exists (
    select from spike_land.enhanced_images as i where i.id = new.image_id and i.user_id = spike_land_private.me())) then
    return new; -- the policy refuses it, without a word about what is not the caller's to see
  end if;
  if new.variant_id is null and exists (select from spike_land.merch_variants as v where v.product_id = new.product_id and v.is_active) then
    raise sqlstate 'PT400' using message = format('"%s" comes in variants', product.name), hint = 'Send variant_id (merch_variants).';
  end if;
  if new.image_id is not null then
    select * into print from spike_land_private.printable(new.image_id);
    if print.width < product.min_width or print.height < product.min_height then
      raise sqlstate 'PT409' using
        message = format('the image is %s x %s pixels, and "%s" needs %s x %s', print.width, print.height, product.name, product.min_width, product.min_height),
        hint = 'Enhance it at a higher tier first (rpc/enhancement_prices).';
    end if;
  end if;
  return new;
end
$$;
comment on function spike_land_private.check_cart_item() is 'Row trigger: a product with variants needs one; an image must be large enough to be printed';

create function spike_land_private.own_cart() returns text
language plpgsql security definer set search_path = ''
as $$
declare
  caller constant text := spike_land_private.require_me();
begin
  insert into spike_land.merch_carts (user_id) values (caller) on conflict (user_id) do nothing;
  return (select c.id from spike_land.merch_carts as c where c.user_id = caller);
end
$$;
comment on function spike_land_private.own_cart() is 'The signed-in person''s cart, made if need be';

create function spike_land.add_to_cart(
  product_id text, image_id text, variant_id text default null, quantity integer default 1, custom_text text default null)
returns spike_land.merch_cart_items
language plpgsql security definer set search_path = ''
as $$
declare
  cart constant text := spike_land_private.own_cart();
  added spike_land.merch_cart_items;
begin
  if not exists (select from spike_land.merch_products as p where p.id = add_to_cart.product_id and p.is_active)
     or add_to_cart.variant_id is not null and not exists (
       select from spike_land.merch_variants as v where v.id = add_to_cart.variant_id and v.product_id = add_to_cart.product_id and v.is_active) then
    raise sqlstate 'PT404' using message = 'there is no such product, or not in this variant', hint = 'merch_products and merch_variants show what is for sale.';
  end if;
  if not exists (select from spike_land.enhanced_images as i where i.id = add_to_cart.image_id and i.user_id = spike_land_private.me()) then
    raise sqlstate 'PT404' using message = format('you have no image %s', add_to_cart.image_id);
  end if;
  insert into spike_land.merch_cart_items as i (cart_id, product_id, variant_id, image_id, quantity, custom_text)
  values (cart, add_to_cart.product_id, add_to_cart.variant_id, add_to_cart.image_id, add_to_cart.quantity, add_to_cart.custom_text)
  on conflict on constraint merch_cart_items_cart_id_product_id_variant_id_image_id_upl_key
  do update set quantity = i.quantity + excluded.quantity, custom_text = coalesce(excluded.custom_text, i.custom_text)
  returning i.* into added;
  return added;
end
$$;
comment on function spike_land.add_to_cart(text, text, text, integer, text) is
  'Puts a product with one of your images into your cart, which is made if need be; more of the same raises the quantity';
grant execute on function spike_land.add_to_cart(text, text, text, integer, text) to authenticated;

set local role hedgerow_admin;

create trigger merch_variants_price after insert or update on spike_land.merch_variants
  for each row execute function spike_land_private.check_variant_price();
create trigger merch_products_price after update of retail_price on spike_land.merch_products
  for each row execute function spike_land_private.check_variant_price();
create trigger merch_cart_items_check before insert or update on spike_land.merch_cart_items
  for each row execute function spike_land_private.check_cart_item();
create trigger merch_cart_items_queue_removal after delete on spike_land.merch_cart_items
  for each row execute function spike_land_private.queue_removal('uploaded_image_r2_key');
