-- Templates, purchases, ratings, commissions, referral codes (AF-01 to AF-05). Money is whole cents.

create type appforge.template_status as enum ('draft', 'published', 'archived');
create type appforge.payment_status as enum ('pending', 'completed', 'failed');
create type appforge.commission_status as enum ('pending', 'processed', 'paid');

create table appforge.templates (
  id text primary key default hedgerow.cuid(),
  creator_id text not null default appforge_private.me() references appforge.users (id) on delete cascade,
  name text not null check (name ~ '\S'),
  description text,
  category text,
  tags jsonb not null default '[]' check (jsonb_typeof(tags) = 'array'),
  price int not null default 0 check (price >= 0),
  preview_image_url text,
  source_project_id text references appforge.projects (id) on delete set null,
  version text,
  downloads int not null default 0 check (downloads >= 0),
  rating decimal(3,2),
  review_count int not null default 0 check (review_count >= 0),
  status appforge.template_status not null default 'draft',
  commission_percentage int not null default 30 check (commission_percentage between 0 and 100),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  rating_total int not null default 0,
  search_vector tsvector generated always as (
    setweight(to_tsvector('english', name), 'A') || setweight(to_tsvector('english', coalesce(category, '')), 'B')
    || setweight(to_tsvector('english', tags), 'B') || setweight(to_tsvector('english', coalesce(description, '')), 'C')) stored
);
create index idx_templates_category on appforge.templates (category);
create index idx_templates_creator on appforge.templates (creator_id);
create index idx_templates_published on appforge.templates (status, created_at desc) where status = 'published';
create index idx_templates_tags on appforge.templates using gin (tags);
create index idx_templates_search on appforge.templates using gin (search_vector);
create index idx_templates_source on appforge.templates (source_project_id);
comment on table appforge.templates is
  'What the marketplace offers

draft → published → archived. Published ones are everybody''s to see; buy with `rpc/purchase_template`, read the source with
`rpc/template_source`. Search with `search_vector=fts.word`, `category=eq.…`, `tags=cs.["…"]`.';
comment on column appforge.templates.price is 'Cents; 0 is free';
comment on column appforge.templates.version is 'Moves with each publication (`rpc/publish_template`). Set by the database';
comment on column appforge.templates.downloads is 'Completed purchases';
comment on column appforge.templates.rating is 'The average of the ratings, two places; null without one';
comment on column appforge.templates.commission_percentage is 'The platform''s part of a sale. Written by service';
comment on column appforge.templates.rating_total is 'The sum of the ratings, from which the average is made';

create table appforge.template_sources (
  id text primary key default hedgerow.cuid(),
  template_id text not null references appforge.templates (id) on delete cascade,
  version text not null,
  definition jsonb not null,
  created_at timestamptz not null default now(),
  unique (template_id, version)
);
comment on table appforge.template_sources is 'What a template consists of, a row a publication: the source project''s definition at that moment. For its creator and its buyers';

create table appforge.referral_codes (
  id text primary key default hedgerow.cuid(),
  creator_id text not null default appforge_private.me() references appforge.users (id) on delete cascade,
  code text not null check (code ~ '^[A-Za-z0-9_-]{3,40}$'),
  discount_percentage int not null check (discount_percentage between 1 and 100),
  max_uses int check (max_uses > 0),
  current_uses int not null default 0,
  is_active boolean not null default true,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  constraint referral_codes_uses check (current_uses >= 0 and current_uses <= max_uses)
);
create unique index referral_codes_code on appforge.referral_codes (lower(code));
create index referral_codes_creator on appforge.referral_codes (creator_id);
comment on table appforge.referral_codes is 'Codes that lower the price of their creator''s templates. In whatever case they are written';
comment on column appforge.referral_codes.discount_percentage is '1 to 100';
comment on column appforge.referral_codes.max_uses is 'Null: without limit';
comment on column appforge.referral_codes.current_uses is 'Counted by the database; a payment that fails gives its use back';

create table appforge.marketplace_purchases (
  id text primary key default hedgerow.cuid(),
  buyer_id text not null references appforge.users (id),
  template_id text not null references appforge.templates (id),
  creator_id text not null references appforge.users (id),
  amount int not null check (amount >= 0),
  platform_fee int not null check (platform_fee >= 0),
  creator_payout int not null check (creator_payout >= 0),
  payment_status appforge.payment_status not null default 'pending',
  stripe_charge_id text,
  purchased_at timestamptz not null default now(),
  referral_code_id text references appforge.referral_codes (id) on delete set null,
  constraint marketplace_purchases_add_up check (platform_fee + creator_payout = amount),
  constraint marketplace_purchases_not_from_oneself check (buyer_id <> creator_id)
);
create index idx_purchases_creator on appforge.marketplace_purchases (creator_id);
create index idx_purchases_buyer on appforge.marketplace_purchases (buyer_id);
create index idx_purchases_template on appforge.marketplace_purchases (template_id);
create index idx_purchases_referral on appforge.marketplace_purchases (referral_code_id);
-- Nobody buys the same template twice; one whose payment failed may be tried again.
create unique index marketplace_purchases_once on appforge.marketplace_purchases (buyer_id, template_id) where payment_status <> 'failed';
comment on table appforge.marketplace_purchases is
  'Who bought which template: pending until it is paid, then completed or failed

Made by `rpc/purchase_template`, ended by service. Amounts are cents and add up: amount = platform_fee + creator_payout.';

create table appforge.commissions (
  id text primary key default hedgerow.cuid(),
  creator_id text not null references appforge.users (id),
  purchase_id text not null unique references appforge.marketplace_purchases (id),
  amount int not null check (amount >= 0),
  status appforge.commission_status not null default 'pending',
  payout_id text,
  created_at timestamptz not null default now(),
  paid_at timestamptz,
  constraint commissions_processed_by_a_payout check (status = 'pending' or payout_id is not null)
);
create index idx_commissions_creator on appforge.commissions (creator_id, created_at desc);
comment on table appforge.commissions is 'What creators earned: pending, processed with a payout, paid. Written by the database and by billing';

create table appforge.template_ratings (
  id text primary key default hedgerow.cuid(),
  template_id text not null references appforge.templates (id) on delete cascade,
  user_id text not null default appforge_private.me() references appforge.users (id) on delete cascade,
  rating int not null check (rating between 1 and 5),
  review text,
  helpful_count int not null default 0 check (helpful_count >= 0),
  created_at timestamptz not null default now(),
  is_public boolean not null default false,
  unique (template_id, user_id)
);
create index template_ratings_public on appforge.template_ratings (is_public) where is_public;
create index template_ratings_user on appforge.template_ratings (user_id);
comment on table appforge.template_ratings is 'What buyers say: 1 to 5, one a person and template';
comment on column appforge.template_ratings.helpful_count is 'Votes in rating_votes';
comment on column appforge.template_ratings.is_public is 'Whether the template is published. Set by the database';

create table appforge.rating_votes (
  rating_id text not null references appforge.template_ratings (id) on delete cascade,
  user_id text not null default appforge_private.me() references appforge.users (id) on delete cascade,
  created_at timestamptz not null default now(),
  primary key (rating_id, user_id)
);
create index rating_votes_user on appforge.rating_votes (user_id);
comment on table appforge.rating_votes is 'Who found which rating helpful: one vote a person';

do $$
declare
  made regclass;
begin
  foreach made in array '{appforge.templates,appforge.template_sources,appforge.referral_codes,appforge.marketplace_purchases,appforge.commissions,appforge.template_ratings,appforge.rating_votes}'::regclass[] loop
    execute format('alter table %s enable row level security, force row level security', made);
  end loop;
end $$;
create trigger touch_updated_at before update on appforge.templates for each row execute function hedgerow.touch_updated_at();
create trigger keep_lifecycle before update of status on appforge.templates
  for each row execute function hedgerow.keep_lifecycle('template', 'draft>published', 'published>archived');
create trigger keep_lifecycle before update of payment_status on appforge.marketplace_purchases
  for each row execute function hedgerow.keep_lifecycle('purchase', 'payment_status', 'pending>completed', 'pending>failed');
create trigger keep_lifecycle before update of status on appforge.commissions
  for each row execute function hedgerow.keep_lifecycle('commission', 'pending>processed', 'processed>paid');

-- AF-01. A publication is a move to published, or another call of publish_template.
create function appforge_private.publish() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if new.status = 'published' and old.status <> 'published' then
    new.version := coalesce(new.version, '1.0.0');
    insert into appforge.template_sources (template_id, version, definition)
    select new.id, new.version, coalesce((select p.definition from appforge.projects as p where p.id = new.source_project_id), '{}')
    on conflict (template_id, version) do nothing;
  end if;
  return new;
end
$$;
comment on function appforge_private.publish() is 'Row trigger: a template that is published has a version and its source';
alter function appforge_private.publish() owner to hedgerow_definer;
create trigger publish before update of status on appforge.templates
  for each row execute function appforge_private.publish();

create function appforge.publish_template(template_id text) returns appforge.templates
language plpgsql security definer set search_path = ''
as $$
declare
  template appforge.templates;
  part int[];
begin
  select * into template from appforge.templates as t
  where t.id = publish_template.template_id and t.creator_id = appforge_private.me() for no key update;
  if template.id is null then
    raise sqlstate 'PT404' using message = format('you have no template %s', publish_template.template_id), hint = 'templates lists yours.';
  end if;
  if template.source_project_id is not null and appforge_private.project_rank(template.source_project_id) < 4 then
    raise sqlstate 'PT403' using message = 'the source project is no longer yours', hint = 'A template is made from a project that you own.';
  end if;
  if template.status = 'published' then
    part := string_to_array(template.version, '.')::int[];
    update appforge.templates as t set version = format('%s.%s.0', part[1], part[2] + 1) where t.id = template.id returning * into template;
    insert into appforge.template_sources (template_id, version, definition)
    select template.id, template.version, coalesce((select p.definition from appforge.projects as p where p.id = template.source_project_id), '{}');
  else
    update appforge.templates as t set status = 'published' where t.id = template.id returning * into template;
  end if;
  return template;
end
$$;
comment on function appforge.publish_template(text) is
  'Publishes a template of yours, or its next version: 1.0.0, 1.1.0, …

The source project''s definition as it is now becomes the version''s source.';

create function appforge.template_source(template_id text) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
  source jsonb;
begin
  select s.definition into source from appforge.template_sources as s join appforge.templates as t on t.id = s.template_id
  where t.id = template_source.template_id
    and (t.creator_id = appforge_private.me() or exists (
      select from appforge.marketplace_purchases as b
      where b.template_id = t.id and b.buyer_id = appforge_private.me() and b.payment_status = 'completed'))
  order by s.created_at desc, s.version desc limit 1;
  if not found then
    raise sqlstate 'PT403' using message = format('the source of template %s is not open to you', template_source.template_id),
      hint = 'Buy it with rpc/purchase_template; a purchase opens it once it is paid.';
  end if;
  return source;
end
$$;
comment on function appforge.template_source(text) is 'The source of a template''s latest version: for its creator and those who bought it';

-- AF-02, AF-05.
create function appforge.purchase_template(template_id text, referral_code text default null) returns appforge.marketplace_purchases
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
    to_pay := round(template.price * (100 - referral.discount_percentage) / 100.0);
  end if;
  fee := round(to_pay * template.commission_percentage / 100.0);
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
comment on function appforge.purchase_template(text, text) is
  'Buys a template

The amount is its price less the referral''s discount; 30 % (commission_percentage) of it are the platform''s, the rest the creator''s, to the cent.
The purchase is pending until it is paid; what costs nothing completes at once. 409 for what you have already, 403 for your own.';

create function appforge.complete_purchase(purchase_id text, stripe_charge_id text) returns appforge.marketplace_purchases
language plpgsql security definer set search_path = ''
as $$
declare
  paid appforge.marketplace_purchases;
begin
  select * into paid from appforge.marketplace_purchases as p where p.id = complete_purchase.purchase_id for no key update;
  if paid.id is null then
    raise sqlstate 'PT404' using message = format('there is no purchase %s', complete_purchase.purchase_id);
  end if;
  -- Webhooks are sent again: what is completed by this charge stays so.
  if paid.payment_status = 'completed' and paid.stripe_charge_id = complete_purchase.stripe_charge_id then
    return paid;
  end if;
  update appforge.marketplace_purchases as p set payment_status = 'completed', stripe_charge_id = complete_purchase.stripe_charge_id
  where p.id = paid.id returning * into paid;
  return paid;
end
$$;
comment on function appforge.complete_purchase(text, text) is 'A payment came in; safe to call twice. Service only';

create function appforge.fail_purchase(purchase_id text) returns appforge.marketplace_purchases
language plpgsql security definer set search_path = ''
as $$
declare
  failed appforge.marketplace_purchases;
begin
  update appforge.marketplace_purchases as p set payment_status = 'failed' where p.id = fail_purchase.purchase_id returning * into failed;
  if failed.id is null then
    raise sqlstate 'PT404' using message = format('there is no purchase %s', fail_purchase.purchase_id);
  end if;
  return failed;
end
$$;
comment on function appforge.fail_purchase(text) is 'A payment failed: the purchase may be tried again, and the referral code has its use back. Service only';

-- AF-03.
create function appforge_private.follow_purchase() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if new.payment_status = 'completed' then
    update appforge.templates as t set downloads = t.downloads + 1 where t.id = new.template_id;
    insert into appforge.commissions (creator_id, purchase_id, amount) values (new.creator_id, new.id, new.creator_payout);
  elsif new.payment_status = 'failed' and new.referral_code_id is not null then
    update appforge.referral_codes as r set current_uses = r.current_uses - 1 where r.id = new.referral_code_id;
  end if;
  return null;
end
$$;
comment on function appforge_private.follow_purchase() is 'Row trigger: a completed purchase counts as a download and earns a commission; a failed one gives the referral''s use back';
create trigger follow_new_purchase after insert on appforge.marketplace_purchases
  for each row when (new.payment_status = 'completed') execute function appforge_private.follow_purchase();
create trigger follow_purchase after update of payment_status on appforge.marketplace_purchases
  for each row when (new.payment_status <> old.payment_status) execute function appforge_private.follow_purchase();

create function appforge_private.time_commission() returns trigger
language plpgsql set search_path = ''
as $$
begin
  if new.status = 'paid' and old.status <> 'paid' then
    new.paid_at := clock_timestamp();
  end if;
  return new;
end
$$;
comment on function appforge_private.time_commission() is 'Row trigger: paid_at is when a commission was paid';
create trigger time_commission before update of status on appforge.commissions
  for each row execute function appforge_private.time_commission();

-- AF-04: the average is made from sum and count, which one statement moves: exact under any number of parallel raters.
create function appforge_private.count_rating() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  more int := 0;
  points int := 0;
begin
  if tg_op <> 'DELETE' then
    more := more + 1;
    points := points + new.rating;
  end if;
  if tg_op <> 'INSERT' then
    more := more - 1;
    points := points - old.rating;
  end if;
  update appforge.templates as t set
    review_count = t.review_count + more, rating_total = t.rating_total + points,
    rating = round((t.rating_total + points)::numeric / nullif(t.review_count + more, 0), 2)
  where t.id = coalesce(new.template_id, old.template_id);
  return null;
end
$$;
comment on function appforge_private.count_rating() is 'Row trigger: a template''s rating and review_count are the average and number of its ratings';
create trigger count_rating after insert or delete or update of rating on appforge.template_ratings
  for each row execute function appforge_private.count_rating();

-- Who sees a rating is asked for each row of a list: so whether its template is published stands with it.
create function appforge_private.place_rating() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  new.is_public := coalesce((select t.status = 'published' from appforge.templates as t where t.id = new.template_id), false);
  return new;
end
$$;
comment on function appforge_private.place_rating() is 'Row trigger: is_public is whether the template is published';
create trigger place_rating before insert or update of template_id, is_public on appforge.template_ratings
  for each row execute function appforge_private.place_rating();

create function appforge_private.follow_template() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  update appforge.template_ratings as r set is_public = new.status = 'published' where r.template_id = new.id;
  update appforge.comments as c set is_public = new.status = 'published' where c.resource_type = 'template' and c.resource_id = new.id;
  return null;
end
$$;
comment on function appforge_private.follow_template() is 'Row trigger: ratings and comments of a template are public while it is published';
create trigger follow_template after update of status on appforge.templates
  for each row when (new.status <> old.status) execute function appforge_private.follow_template();

create function appforge_private.count_vote() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if tg_op = 'INSERT' then
    update appforge.template_ratings as r set helpful_count = r.helpful_count + 1 where r.id = new.rating_id;
  else
    update appforge.template_ratings as r set helpful_count = r.helpful_count - 1 where r.id = old.rating_id;
  end if;
  return null;
end
$$;
comment on function appforge_private.count_vote() is 'Row trigger: helpful_count is how many votes there are';
create trigger count_vote after insert or delete on appforge.rating_votes
  for each row execute function appforge_private.count_vote();

do $$
declare
  made regprocedure;
begin
  for made in
    select p.oid from pg_proc as p
    where p.proname in ('publish_template', 'template_source', 'purchase_template', 'complete_purchase', 'fail_purchase', 'follow_purchase', 'count_rating', 'count_vote', 'place_rating', 'follow_template')
      and p.pronamespace in ('appforge'::regnamespace, 'appforge_private'::regnamespace)
  loop
    execute format('alter function %s owner to hedgerow_definer', made);
  end loop;
end $$;
grant execute on function appforge.publish_template(text), appforge.template_source(text), appforge.purchase_template(text, text) to authenticated;
grant execute on function appforge.complete_purchase(text, text), appforge.fail_purchase(text) to service_role;

-- An account that stands in a purchase leaves its row behind, without name and address: the books still add up. Any other goes wholly.
create function appforge_private.forget_user() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if not exists (select from appforge.marketplace_purchases as p where p.buyer_id = new.id)
     and not exists (select from appforge.marketplace_purchases as p where p.creator_id = new.id) then
    delete from appforge.users as u where u.id = new.id;
    return null;
  end if;
  update appforge.users as u set email = null, name = null, avatar_url = null, alert_channel = null where u.id = new.id;
  delete from appforge.team_members as m where m.user_id = new.id;
  delete from appforge.project_permissions as g where g.user_id = new.id;
  delete from appforge.projects as p where p.owner_id = new.id;
  -- What was sold stays for its buyers; nobody sells it on.
  update appforge.templates as t set status = 'archived' where t.creator_id = new.id and t.status = 'published';
  delete from appforge.templates as t where t.creator_id = new.id and not exists (
    select from appforge.marketplace_purchases as p where p.template_id = t.id);
  return null;
end
$$;
comment on function appforge_private.forget_user() is 'Row trigger: the account of a person is gone';
alter function appforge_private.forget_user() owner to hedgerow_definer;
create trigger forget_user after update of auth_id on appforge.users
  for each row when (old.auth_id is not null and new.auth_id is null) execute function appforge_private.forget_user();
