-- The component library and its marketplace (WB-08).

create function web_builder_private.library_vector(name text, description text, category text, tags text[]) returns tsvector
language sql immutable parallel safe set search_path = ''
as $$
  select setweight(to_tsvector('pg_catalog.english', coalesce(name, '')), 'A')
    || setweight(to_tsvector('pg_catalog.english', coalesce(array_to_string(tags, ' '), '') || ' ' || coalesce(category, '')), 'B')
    || setweight(to_tsvector('pg_catalog.english', coalesce(description, '')), 'C')
$$;
comment on function web_builder_private.library_vector(text, text, text, text[]) is 'What a component is found by';
alter function web_builder_private.library_vector(text, text, text, text[]) owner to hedgerow_definer;
grant execute on function web_builder_private.library_vector(text, text, text, text[]) to authenticated, service_role, hedgerow_admin;

create table web_builder.component_library (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null default auth.uid() references web_builder.users (id) on delete cascade,
  name varchar(255) not null check (name ~ '\S'),
  description text,
  category varchar(100),
  tags text[] not null default '{}',
  component_type varchar(50) not null,
  code text not null default '',
  props_schema jsonb not null default '{}',
  preview_image_url text,
  is_public boolean not null default false,
  is_marketplace_item boolean not null default false,
  price decimal(8,2) not null default 0 check (price >= 0),
  downloads integer not null default 0,
  likes integer not null default 0,
  search_vector tsvector generated always as (web_builder_private.library_vector(name, description, category, tags)) stored,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint component_library_price_has_a_market check (price = 0 or is_marketplace_item),
  constraint component_library_what_is_sold_is_not_given check (price = 0 or not is_public)
);
create index idx_component_library_user_id on web_builder.component_library (user_id, created_at desc);
create index idx_component_library_public on web_builder.component_library (is_public) where is_public;
create index idx_component_library_marketplace on web_builder.component_library (is_marketplace_item, price) where is_marketplace_item;
create index idx_component_library_search on web_builder.component_library using gin (search_vector);
create index idx_component_library_tags on web_builder.component_library using gin (tags);
comment on table web_builder.component_library is
  'Saved components

Private unless `is_public` (everybody reads them) or `is_marketplace_item` (everybody sees them in `marketplace`; whoever bought one, or
anybody when it is free, gets the code by `rpc/download_component`).';
comment on column web_builder.component_library.price is 'Dollars. Above 0 only in the marketplace, and not together with is_public';
comment on column web_builder.component_library.downloads is 'By others. Counted by the database, as are likes';
comment on column web_builder.component_library.search_vector is 'Name, tags, category and description: search with `search_vector=fts.word`';

create table web_builder.component_likes (
  component_id uuid not null references web_builder.component_library (id) on delete cascade,
  user_id uuid not null default auth.uid() references web_builder.users (id) on delete cascade,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (component_id, user_id)
);
create index idx_component_likes_user on web_builder.component_likes (user_id);
comment on table web_builder.component_likes is 'Who likes which component: one like a person';

create table web_builder.component_purchases (
  id uuid primary key default gen_random_uuid(),
  component_id uuid not null references web_builder.component_library (id) on delete cascade,
  user_id uuid not null references web_builder.users (id) on delete cascade,
  amount decimal(8,2) not null check (amount >= 0),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (component_id, user_id)
);
create index idx_component_purchases_user on web_builder.component_purchases (user_id);
comment on table web_builder.component_purchases is 'Who bought which component. Written by billing when it was paid';

alter table web_builder.component_library enable row level security, force row level security;
alter table web_builder.component_likes enable row level security, force row level security;
alter table web_builder.component_purchases enable row level security, force row level security;
create trigger touch_updated_at before update on web_builder.component_library for each row execute function hedgerow.touch_updated_at();
create trigger touch_updated_at before update on web_builder.component_likes for each row execute function hedgerow.touch_updated_at();
create trigger touch_updated_at before update on web_builder.component_purchases for each row execute function hedgerow.touch_updated_at();
create trigger audit after insert or update or delete on web_builder.component_library
  for each row execute function web_builder_private.audit('user_id');

create function web_builder_private.count_like() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if tg_op = 'INSERT' then
    update web_builder.component_library as c set likes = c.likes + 1 where c.id = new.component_id;
  else
    update web_builder.component_library as c set likes = c.likes - 1 where c.id = old.component_id;
  end if;
  return null;
end
$$;
comment on function web_builder_private.count_like() is 'Row trigger: likes is how many there are';
alter function web_builder_private.count_like() owner to hedgerow_definer;
create trigger count_like after insert or delete on web_builder.component_likes
  for each row execute function web_builder_private.count_like();

create function web_builder_private.count_library_bytes() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if tg_op = 'DELETE' then
    perform web_builder_private.use(old.user_id, 'storage_bytes_used', -octet_length(old.code));
  else
    perform web_builder_private.use(new.user_id, 'storage_bytes_used',
      octet_length(new.code) - case tg_op when 'UPDATE' then octet_length(old.code) else 0 end);
  end if;
  return null;
end
$$;
comment on function web_builder_private.count_library_bytes() is 'Row trigger: the bytes of saved code count against the limit';
alter function web_builder_private.count_library_bytes() owner to hedgerow_definer;
create trigger count_bytes after insert or delete or update of code on web_builder.component_library
  for each row execute function web_builder_private.count_library_bytes();

create function web_builder.download_component(component_id uuid) returns web_builder.component_library
language plpgsql security definer set search_path = ''
as $$
declare
  me constant uuid := web_builder_private.me();
  component web_builder.component_library;
begin
  select * into component from web_builder.component_library as c
  where c.id = download_component.component_id and me is not null and (c.user_id = me or c.is_public or c.is_marketplace_item);
  if component.id is null then
    raise sqlstate 'PT404' using message = format('there is no component %s for you', component_id), hint = 'marketplace lists what there is.';
  end if;
  if component.user_id = me then
    return component;
  end if;
  if component.price > 0 and not exists (
    select from web_builder.component_purchases as p where p.component_id = component.id and p.user_id = me) then
    raise sqlstate 'PT402' using message = format('component %s costs $%s', component.id, component.price), hint = 'Buy it first.';
  end if;
  update web_builder.component_library as c set downloads = c.downloads + 1 where c.id = component.id returning * into component;
  return component;
end
$$;
comment on function web_builder.download_component(uuid) is 'A component with its code, and counts the download

For public and free ones, and those that you bought (402 otherwise).';
alter function web_builder.download_component(uuid) owner to hedgerow_definer;
grant execute on function web_builder.download_component(uuid) to authenticated;

-- Owned by the definer: it shows of other people's rows what a shop window shows, and never the code.
create view web_builder.marketplace with (security_barrier = true) as
select c.id, c.name, c.description, c.category, c.tags, c.component_type, c.preview_image_url, c.price, c.downloads, c.likes, c.search_vector,
  c.created_at, c.updated_at, u.name as creator
from web_builder.component_library as c
join web_builder.users as u on u.id = c.user_id and u.is_active
where c.is_marketplace_item;
comment on view web_builder.marketplace is 'What the marketplace offers, without the code; for everybody';
comment on column web_builder.marketplace.creator is 'The name of whoever made it';
alter view web_builder.marketplace owner to hedgerow_definer;
grant select on web_builder.marketplace to anon, authenticated, service_role;
