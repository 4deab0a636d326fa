-- What a client would otherwise join by hand. SECURITY INVOKER: each shows what the policies of its tables show its reader.

create view spike_land.image_overview with (security_invoker = true) as
select i.id, i.user_id, i.name, i.description, i.original_url, i.original_width, i.original_height, i.is_public, i.view_count, i.created_at,
  j.id as job_id, j.tier, j.enhanced_url, j.enhanced_width, j.enhanced_height, j.processing_completed_at as enhanced_at
from spike_land.enhanced_images as i
left join lateral (
  select * from spike_land.image_enhancement_jobs as e
  where e.image_id = i.id and e.status = 'COMPLETED'
  order by e.processing_completed_at desc nulls last, e.id desc limit 1) as j on true;
comment on view spike_land.image_overview is 'Images with their latest completed enhancement (of one''s own images, as jobs are read by their owner).';

create view spike_land.album_overview with (security_invoker = true) as
select a.id, a.user_id, a.name, a.description, a.privacy, a.default_tier, a.sort_order, a.created_at, a.cover_image_id,
  c.original_url as cover_url, (select count(*) from spike_land.album_images as i where i.album_id = a.id) as image_count
from spike_land.albums as a
left join spike_land.enhanced_images as c on c.id = a.cover_image_id;
comment on view spike_land.album_overview is 'Albums with their cover and how many images they hold.';

create view spike_land.cart_lines with (security_invoker = true) as
select i.id, i.cart_id, c.user_id, i.product_id, p.name as product_name, i.variant_id, v.name as variant_name, i.image_id,
  coalesce(i.uploaded_image_url, e.original_url) as image_url, i.custom_text, i.quantity,
  p.retail_price + coalesce(v.price_delta, 0) as unit_price, (p.retail_price + coalesce(v.price_delta, 0)) * i.quantity as line_total,
  p.currency, i.created_at
from spike_land.merch_cart_items as i
join spike_land.merch_carts as c on c.id = i.cart_id
join spike_land.merch_products as p on p.id = i.product_id
left join spike_land.merch_variants as v on v.id = i.variant_id
left join spike_land.enhanced_images as e on e.id = i.image_id;
comment on view spike_land.cart_lines is 'What is in your cart, with names and what it costs now. What is no longer for sale is not shown.';

create view spike_land.cart_totals with (security_invoker = true) as
select l.cart_id, l.user_id, l.currency, count(*) as lines, sum(l.quantity) as items, sum(l.line_total) as subtotal
from spike_land.cart_lines as l
group by l.cart_id, l.user_id, l.currency;
comment on view spike_land.cart_totals is 'What your cart comes to, before shipping and tax.';

create view spike_land.order_overview with (security_invoker = true) as
select o.id, o.user_id, o.order_number, o.status, o.subtotal, o.shipping_cost, o.tax_amount, o.total_amount, o.currency, o.created_at, o.paid_at,
  (select coalesce(sum(i.quantity), 0) from spike_land.merch_order_items as i where i.order_id = o.id) as items,
  s.carrier, s.tracking_number, s.tracking_url, s.status as shipment_status
from spike_land.merch_orders as o
left join lateral (
  select * from spike_land.merch_shipments as m where m.order_id = o.id order by m.created_at desc, m.id desc limit 1) as s on true;
comment on view spike_land.order_overview is 'Your orders with the number of their items and where the latest parcel is.';

create view spike_land.app_overview with (security_invoker = true) as
select a.id, a.user_id, a.name, a.description, a.status, a.domain, a.forked_from, a.created_at, a.updated_at,
  (select count(*) from spike_land.requirements as r where r.app_id = a.id) as requirements,
  (select count(*) from spike_land.requirements as r where r.app_id = a.id and r.status = 'PENDING') as pending_requirements,
  (select count(*) from spike_land.apps as f where f.forked_from = a.id) as forks
from spike_land.apps as a;
comment on view spike_land.app_overview is 'Apps with how much is to be done (of one''s own) and how many forks one may see.';

create view spike_land.box_overview with (security_invoker = true) as
select b.id, b.user_id, b.name, b.description, b.status, b.connection_url, b.created_at, b.charged_until,
  t.name as tier, t.cpu, t.ram, t.storage, t.price_per_hour,
  (select count(*) from spike_land.agent_tasks as k where k.box_id = b.id and k.status in ('PENDING', 'PROCESSING')) as open_tasks
from spike_land.boxes as b
left join spike_land.box_tiers as t on t.id = b.tier_id;
comment on view spike_land.box_overview is 'Your boxes with their size, their price an hour and what their agents still have to do.';

-- Views are read only: their tables are written.
revoke all on
  spike_land.image_overview, spike_land.album_overview, spike_land.cart_lines, spike_land.cart_totals, spike_land.order_overview,
  spike_land.app_overview, spike_land.box_overview
from anon, authenticated, service_role;
grant select on spike_land.image_overview, spike_land.album_overview, spike_land.app_overview to anon;
grant select on
  spike_land.image_overview, spike_land.album_overview, spike_land.cart_lines, spike_land.cart_totals, spike_land.order_overview,
  spike_land.app_overview, spike_land.box_overview
to authenticated, service_role;
