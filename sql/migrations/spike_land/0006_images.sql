-- Images, what makes them better and where they are shown: pipelines, enhancement jobs, albums, gallery (SL-10 to SL-14).
-- share_token holds the SHA-256 of a link's token: rpc/share_… gives the token out once, and no list can show it.

create table spike_land_private.object_removals (
  id bigint generated always as identity primary key,
  object_key text not null,
  queued_at timestamptz not null default now(),
  claimed_until timestamptz,
  removed_at timestamptz
);
create index object_removals_waiting_idx on spike_land_private.object_removals (queued_at, id) where removed_at is null;
comment on table spike_land_private.object_removals is 'Stored objects whose row is gone: they are removed by whoever claims them';

create table spike_land.enhancement_pipelines (
  id text primary key default hedgerow.cuid(),
  name text not null check (name ~ '\S'),
  description text,
  user_id text default spike_land_private.me() references spike_land.users (id) on delete cascade,
  visibility spike_land.pipeline_visibility not null default 'PRIVATE',
  share_token text unique,
  tier spike_land.enhancement_tier not null default 'TIER_1K',
  analysis_config jsonb,
  auto_crop_config jsonb,
  prompt_config jsonb,
  generation_config jsonb,
  usage_count integer not null default 0 check (usage_count >= 0),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint enhancement_pipelines_link_has_token check ((visibility = 'LINK') = (share_token is not null))
);
create index enhancement_pipelines_user_idx on spike_land.enhancement_pipelines (user_id);
create index enhancement_pipelines_visibility_idx on spike_land.enhancement_pipelines (visibility);
comment on table spike_land.enhancement_pipelines is 'How an enhancement is made. Those of the system have no user and are read by all, as are PUBLIC ones.';
comment on column spike_land.enhancement_pipelines.share_token is 'SHA-256 of the link''s token; rpc/share_pipeline';
comment on column spike_land.enhancement_pipelines.usage_count is 'Jobs that were started with it. Counted by the database';

create table spike_land.enhanced_images (
  id text primary key default hedgerow.cuid(),
  user_id text not null default spike_land_private.me() references spike_land.users (id) on delete cascade,
  name text not null check (name ~ '\S'),
  description text,
  original_url text not null,
  original_r2_key text not null unique,
  original_width integer not null check (original_width > 0),
  original_height integer not null check (original_height > 0),
  original_size_bytes integer not null check (original_size_bytes > 0),
  original_format text not null,
  is_public boolean not null default false,
  view_count integer not null default 0 check (view_count >= 0),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  share_token text unique,
  public_albums integer not null default 0 check (public_albums >= 0),
  is_shown boolean not null default false
);
create index enhanced_images_user_idx on spike_land.enhanced_images (user_id, created_at desc);
create index enhanced_images_shown_idx on spike_land.enhanced_images (is_shown, created_at desc);
comment on table spike_land.enhanced_images is 'Pictures. Read by their owner; public ones, and those in a public album, by everybody; others with a share token.';
comment on column spike_land.enhanced_images.original_r2_key is 'Where the file is stored: in the owner''s folder, <user id>/…';
comment on column spike_land.enhanced_images.view_count is 'Raised by rpc/view_image';
comment on column spike_land.enhanced_images.share_token is 'SHA-256 of the link''s token; rpc/share_image';
comment on column spike_land.enhanced_images.public_albums is 'In how many public albums it is. Counted by the database';
comment on column spike_land.enhanced_images.is_shown is 'Whether everybody may see it: public, or in a public album. Set by the database';

create table spike_land.image_enhancement_jobs (
  id text primary key default hedgerow.cuid(),
  image_id text not null references spike_land.enhanced_images (id) on delete cascade,
  user_id text not null default spike_land_private.me() references spike_land.users (id) on delete cascade,
  tier spike_land.enhancement_tier not null default 'TIER_1K',
  tokens_cost integer not null check (tokens_cost >= 0),
  status spike_land.job_status not null default 'PENDING',
  current_stage spike_land.pipeline_stage,
  enhanced_url text,
  enhanced_r2_key text,
  enhanced_width integer check (enhanced_width > 0),
  enhanced_height integer check (enhanced_height > 0),
  enhanced_size_bytes integer check (enhanced_size_bytes > 0),
  error_message text,
  retry_count integer not null default 0 check (retry_count >= 0),
  max_retries integer not null default 3 check (max_retries between 0 and 10),
  gemini_prompt text,
  gemini_model text,
  gemini_temp numeric,
  processing_started_at timestamptz,
  processing_completed_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  workflow_run_id text,
  analysis_result jsonb,
  analysis_source text,
  was_cropped boolean not null default false,
  crop_dimensions jsonb,
  pipeline_id text references spike_land.enhancement_pipelines (id) on delete set null,
  source_image_id text references spike_land.enhanced_images (id) on delete set null,
  is_blend boolean not null default false,
  constraint image_enhancement_jobs_retries_within_limit check (retry_count <= max_retries),
  constraint image_enhancement_jobs_result_when_completed check (status <> 'COMPLETED'
    or (enhanced_url is not null and enhanced_r2_key is not null and enhanced_width is not null and enhanced_height is not null)),
  constraint image_enhancement_jobs_crop_is_kept check (was_cropped = (crop_dimensions is not null)
    and (crop_dimensions is null or coalesce(
      jsonb_typeof(crop_dimensions -> 'left') = 'number' and jsonb_typeof(crop_dimensions -> 'top') = 'number'
      and jsonb_typeof(crop_dimensions -> 'width') = 'number' and jsonb_typeof(crop_dimensions -> 'height') = 'number'
      and (crop_dimensions ->> 'left')::numeric >= 0 and (crop_dimensions ->> 'top')::numeric >= 0
      and (crop_dimensions ->> 'width')::numeric > 0 and (crop_dimensions ->> 'height')::numeric > 0, false)))
);
create index image_enhancement_jobs_user_idx on spike_land.image_enhancement_jobs (user_id, status, created_at desc);
create index image_enhancement_jobs_image_idx on spike_land.image_enhancement_jobs (image_id, created_at desc);
create index image_enhancement_jobs_status_idx on spike_land.image_enhancement_jobs (status, updated_at);
create index image_enhancement_jobs_pipeline_idx on spike_land.image_enhancement_jobs (pipeline_id);
create index image_enhancement_jobs_source_image_idx on spike_land.image_enhancement_jobs (source_image_id) where source_image_id is not null;
create index image_enhancement_jobs_result_idx on spike_land.image_enhancement_jobs (enhanced_r2_key) where enhanced_r2_key is not null;
create index image_enhancement_jobs_workflow_run_idx on spike_land.image_enhancement_jobs (workflow_run_id);
comment on table spike_land.image_enhancement_jobs is
  'Enhancements. Whoever inserts one pays its tier''s tokens; workers advance it. One that fails for good or is cancelled is refunded.';
comment on column spike_land.image_enhancement_jobs.tokens_cost is 'Taken when the job begins. Set by the database (rpc/enhancement_prices)';
comment on column spike_land.image_enhancement_jobs.retry_count is 'Rises by one when a worker gives the job back. Counted by the database';
comment on column spike_land.image_enhancement_jobs.crop_dimensions is 'What was cut out of the original, in pixels: {left, top, width, height}';
comment on column spike_land.image_enhancement_jobs.source_image_id is 'For a blend: the image it is blended with';

create trigger image_enhancement_jobs_lifecycle before update of status on spike_land.image_enhancement_jobs
  for each row execute function hedgerow.keep_lifecycle('enhancement job',
    'PENDING>PROCESSING', 'PROCESSING>PENDING', 'PROCESSING>COMPLETED', 'PROCESSING>FAILED', 'PENDING>CANCELLED', 'PROCESSING>CANCELLED',
    'COMPLETED>REFUNDED');

create table spike_land.albums (
  id text primary key default hedgerow.cuid(),
  user_id text not null default spike_land_private.me() references spike_land.users (id) on delete cascade,
  name text not null check (name ~ '\S'),
  description text,
  cover_image_id text,
  privacy spike_land.album_privacy not null default 'PRIVATE',
  default_tier spike_land.enhancement_tier not null default 'TIER_1K',
  share_token text unique,
  sort_order integer not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  pipeline_id text references spike_land.enhancement_pipelines (id) on delete set null,
  constraint albums_unlisted_has_token check ((privacy = 'UNLISTED') = (share_token is not null))
);
create index albums_user_idx on spike_land.albums (user_id, sort_order, created_at);
create index albums_privacy_idx on spike_land.albums (privacy);
create index albums_pipeline_idx on spike_land.albums (pipeline_id);
comment on table spike_land.albums is 'Images in an order. PRIVATE: the owner''s. UNLISTED: also of whoever holds the share token. PUBLIC: everybody''s, its images too.';
comment on column spike_land.albums.privacy is 'UNLISTED comes with a token: rpc/share_album';
comment on column spike_land.albums.share_token is 'SHA-256 of the link''s token; rpc/share_album';
comment on column spike_land.albums.default_tier is 'What images of the album are enhanced with, unless somebody says otherwise';

create table spike_land.album_images (
  id text primary key default hedgerow.cuid(),
  album_id text not null references spike_land.albums (id) on delete cascade,
  image_id text not null references spike_land.enhanced_images (id) on delete cascade,
  sort_order integer not null default 0,
  added_at timestamptz not null default now(),
  in_public_album boolean not null default false,
  unique (album_id, image_id)
);
create index album_images_order_idx on spike_land.album_images (album_id, sort_order);
create index album_images_image_idx on spike_land.album_images (image_id);
create index album_images_public_idx on spike_land.album_images (in_public_album, album_id);
comment on table spike_land.album_images is 'Which images an album holds; an image once. Ordered by sort_order: rpc/reorder_album.';
comment on column spike_land.album_images.in_public_album is 'Follows the album''s privacy. Set by the database';

-- The cover is one of the album's images; taken out of the album, it is the cover no longer.
alter table spike_land.albums add constraint albums_cover_is_in_album
  foreign key (id, cover_image_id) references spike_land.album_images (album_id, image_id)
  on delete set null (cover_image_id) deferrable initially deferred;
create index albums_cover_idx on spike_land.albums (id, cover_image_id);

create table spike_land.featured_gallery_items (
  id text primary key default hedgerow.cuid(),
  title text not null check (title ~ '\S'),
  description text,
  category spike_land.gallery_category not null default 'PORTRAIT',
  original_url text not null,
  enhanced_url text not null,
  width integer not null default 16 check (width > 0),
  height integer not null default 9 check (height > 0),
  source_image_id text references spike_land.enhanced_images (id) on delete set null,
  source_job_id text references spike_land.image_enhancement_jobs (id) on delete set null,
  sort_order integer not null default 0,
  is_active boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  created_by text not null default spike_land_private.me() references spike_land.users (id) on delete cascade
);
create index featured_gallery_items_active_idx on spike_land.featured_gallery_items (is_active, sort_order);
create index featured_gallery_items_category_idx on spike_land.featured_gallery_items (is_active, category, sort_order);
create index featured_gallery_items_image_idx on spike_land.featured_gallery_items (source_image_id);
create index featured_gallery_items_job_idx on spike_land.featured_gallery_items (source_job_id);
create index featured_gallery_items_creator_idx on spike_land.featured_gallery_items (created_by);
comment on table spike_land.featured_gallery_items is 'Before and after, on the front page. Curated by admins; active ones are public, in the order of sort_order.';

set local role hedgerow_definer;

insert into spike_land.enhancement_pipelines (name, description, user_id, visibility, tier, analysis_config, auto_crop_config, generation_config) values
  ('Standard', 'Analyses, crops where that helps, and enhances.', null, 'PUBLIC', 'TIER_1K', '{"enabled": true}', '{"enabled": true}', '{"temperature": 0.4}'),
  ('Print', 'As large as it gets, nothing is cut off.', null, 'PUBLIC', 'TIER_4K', '{"enabled": true}', '{"enabled": false}', '{"temperature": 0.2}');

-- Stored objects.

create function spike_land_private.queue_removal() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  insert into spike_land_private.object_removals (object_key)
  select r.value from jsonb_each_text(to_jsonb(old)) as r where r.key = any (tg_argv) and r.value is not null;
  return null;
end
$$;
comment on function spike_land_private.queue_removal() is 'Row trigger, after delete: what the columns named as its arguments point at is to be removed from storage';

create function spike_land_private.claim_removals(batch integer default 100, moment timestamptz default now())
returns table (id bigint, object_key text)
language plpgsql security definer set search_path = ''
as $$
begin
  return query
    update spike_land_private.object_removals as r set claimed_until = moment + interval '10 minutes'
    where r.id in (
      select w.id from spike_land_private.object_removals as w
      where w.removed_at is null and (w.claimed_until is null or w.claimed_until <= moment)
        -- Orders are printed again from their snapshot, whatever became of the image.
        and not exists (select from spike_land.merch_order_items as i where i.image_r2_key = w.object_key)
        -- Nor does anything go that another row still shows.
        and not exists (select from spike_land.enhanced_images as i where i.original_r2_key = w.object_key)
        and not exists (select from spike_land.image_enhancement_jobs as j where j.enhanced_r2_key = w.object_key)
        and not exists (select from spike_land.audio_tracks as t where t.file_r2_key = w.object_key)
      order by w.queued_at, w.id limit batch
      for update skip locked)
    returning r.id, r.object_key;
end
$$;
comment on function spike_land_private.claim_removals(integer, timestamptz) is
  'Objects to remove from storage now, each to one worker for ten minutes; what an order still prints from, or a row still shows, is left alone';

create function spike_land_private.finish_removals(ids bigint[], moment timestamptz default now()) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
  finished integer;
begin
  update spike_land_private.object_removals as r set removed_at = moment where r.id = any (ids) and r.removed_at is null;
  get diagnostics finished = row_count;
  return finished;
end
$$;
comment on function spike_land_private.finish_removals(bigint[], timestamptz) is 'These objects are gone from storage; returns how many that is news of';

create function spike_land_private.delete_old_removals(moment timestamptz default now()) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
  gone integer;
begin
  delete from spike_land_private.object_removals as r where r.removed_at <= moment - interval '30 days';
  get diagnostics gone = row_count;
  return gone;
end
$$;
comment on function spike_land_private.delete_old_removals(timestamptz) is 'Forgets removals that were done 30 days before the moment; returns how many.';
grant execute on function
  spike_land_private.claim_removals(integer, timestamptz), spike_land_private.finish_removals(bigint[], timestamptz),
  spike_land_private.delete_old_removals(timestamptz)
to hedgerow_jobs, service_role;

-- Links.

create function spike_land_private.header_digest() returns text
language sql stable parallel safe set search_path = ''
as $$
  select encode(hedgerow.share_token_digest(), 'hex')
$$;
comment on function spike_land_private.header_digest() is 'SHA-256 of the header x-share-token as share_token columns hold it; null without one. Equal digests, not equal tokens, are compared';

create function spike_land_private.new_link(out token text, out digest text)
language sql volatile set search_path = ''
as $$
  select t.token, encode(hedgerow.token_digest(t.token), 'hex') from (select hedgerow.new_share_token() as token offset 0) as t
$$;
comment on function spike_land_private.new_link() is 'A token for a link, and its digest to store';

create function spike_land.share_image(image_id text) returns text
language plpgsql security definer set search_path = ''
as $$
declare
  link record := spike_land_private.new_link();
begin
  update spike_land.enhanced_images as i set share_token = link.digest
  where i.id = share_image.image_id and i.user_id = spike_land_private.require_me();
  if not found then
    raise sqlstate 'PT404' using message = format('you have no image %s', share_image.image_id);
  end if;
  return link.token;
end
$$;
comment on function spike_land.share_image(text) is
  'Makes a link to your image and returns its token, this once

Whoever sends it as the header x-share-token reads the image. An earlier link of the image stops working.';

create function spike_land.share_album(album_id text) returns text
language plpgsql security definer set search_path = ''
as $$
declare
  link record := spike_land_private.new_link();
begin
  update spike_land.albums as a set share_token = link.digest, privacy = 'UNLISTED'
  where a.id = share_album.album_id and a.user_id = spike_land_private.require_me();
  if not found then
    raise sqlstate 'PT404' using message = format('you have no album %s', share_album.album_id);
  end if;
  return link.token;
end
$$;
comment on function spike_land.share_album(text) is
  'Makes your album UNLISTED and returns its token, this once

Whoever sends it as the header x-share-token reads the album and its images. Setting another privacy ends the link.';

create function spike_land.share_pipeline(pipeline_id text) returns text
language plpgsql security definer set search_path = ''
as $$
declare
  link record := spike_land_private.new_link();
begin
  update spike_land.enhancement_pipelines as p set share_token = link.digest, visibility = 'LINK'
  where p.id = share_pipeline.pipeline_id and p.user_id = spike_land_private.require_me();
  if not found then
    raise sqlstate 'PT404' using message = format('you have no pipeline %s', share_pipeline.pipeline_id);
  end if;
  return link.token;
end
$$;
comment on function spike_land.share_pipeline(text) is
  'Makes your pipeline readable by whoever sends the returned token as the header x-share-token. Setting another visibility ends the link';

create function spike_land.unshare_image(image_id text) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  update spike_land.enhanced_images as i set share_token = null
  where i.id = unshare_image.image_id and i.user_id = spike_land_private.require_me();
  if not found then
    raise sqlstate 'PT404' using message = format('you have no image %s', unshare_image.image_id);
  end if;
end
$$;
comment on function spike_land.unshare_image(text) is 'Ends the link to your image';
grant execute on function
  spike_land.share_image(text), spike_land.share_album(text), spike_land.share_pipeline(text), spike_land.unshare_image(text)
to authenticated;

-- A privacy that needs no link has none; one that does must come with rpc/share_….
create function spike_land_private.end_link() returns trigger
language plpgsql set search_path = ''
as $$
declare
  chosen constant text := coalesce(to_jsonb(new) ->> 'privacy', to_jsonb(new) ->> 'visibility');
begin
  if chosen <> tg_argv[0] then
    new.share_token := null;
  elsif current_user in ('anon', 'authenticated') and new.share_token is null then
    raise sqlstate 'PT409' using
      message = format('"%s" comes with a link', chosen),
      hint = format('Call rpc/%s.', tg_argv[1]);
  end if;
  return new;
end
$$;
comment on function spike_land_private.end_link() is 'Row trigger: only the privacy named first has a link, and a client gets it from the function named second';

-- Albums.

create function spike_land_private.enter_album() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  -- The lock holds the privacy where it is until the image is in.
  select a.privacy = 'PUBLIC' into new.in_public_album from spike_land.albums as a where a.id = new.album_id for share;
  new.in_public_album := coalesce(new.in_public_album, false);
  return new;
end
$$;
comment on function spike_land_private.enter_album() is 'Row trigger: an image that enters a public album is public with it';

create function spike_land_private.follow_album_privacy() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  update spike_land.album_images as i set in_public_album = (new.privacy = 'PUBLIC') where i.album_id = new.id;
  return null;
end
$$;
comment on function spike_land_private.follow_album_privacy() is 'Row trigger: an album''s images follow its privacy';

create function spike_land_private.count_public_albums() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  update spike_land.enhanced_images as i set public_albums = i.public_albums
      + case when tg_op <> 'DELETE' and new.in_public_album then 1 else 0 end
      - case when tg_op <> 'INSERT' and old.in_public_album then 1 else 0 end
  where i.id = case tg_op when 'DELETE' then old.image_id else new.image_id end;
  return null;
end
$$;
comment on function spike_land_private.count_public_albums() is 'Row trigger: counts the public albums that an image is in';

create function spike_land.reorder_album(album_id text, image_ids text[]) returns setof spike_land.album_images
language plpgsql security definer set search_path = ''
as $$
begin
  perform from spike_land.albums as a
  where a.id = reorder_album.album_id and a.user_id = spike_land_private.require_me() for no key update;
  if not found then
    raise sqlstate 'PT404' using message = format('you have no album %s', reorder_album.album_id);
  end if;
  if (select array_agg(i.image_id order by i.image_id) from spike_land.album_images as i where i.album_id = reorder_album.album_id)
     is distinct from (select array_agg(w.id order by w.id) from unnest(image_ids) as w (id)) then
    raise sqlstate 'PT400' using message = 'an order names every image of the album once', hint = 'Read album_images first.';
  end if;
  update spike_land.album_images as i set sort_order = w.place
  from unnest(image_ids) with ordinality as w (id, place)
  where i.album_id = reorder_album.album_id and i.image_id = w.id;
  return query select i.* from spike_land.album_images as i where i.album_id = reorder_album.album_id order by i.sort_order;
end
$$;
comment on function spike_land.reorder_album(text, text[]) is 'Puts the images of your album into this order: all of them, each once';
grant execute on function spike_land.reorder_album(text, text[]) to authenticated;

-- A trigger rather than a generated column: PostgreSQL refuses to delete from a published table of REPLICA IDENTITY FULL that has one.
create function spike_land_private.show_image() returns trigger
language plpgsql set search_path = ''
as $$
begin
  new.is_shown := new.is_public or new.public_albums > 0;
  return new;
end
$$;
comment on function spike_land_private.show_image() is 'Row trigger: whether everybody may see an image';

-- Views. SECURITY INVOKER asks the caller's own policies; the counter is behind it.

create function spike_land_private.count_view(image_id text) returns integer
language sql security definer set search_path = ''
as $$
  update spike_land.enhanced_images as i set view_count = i.view_count + (i.user_id is distinct from spike_land_private.me())::int
  where i.id = count_view.image_id
  returning i.view_count
$$;
comment on function spike_land_private.count_view(text) is 'Counts a view of an image unless it is its owner''s; returns the count';

-- Enhancements.

create function spike_land_private.begin_enhancement() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  new.tokens_cost := spike_land_private.price_of(new.tier);
  if new.is_blend and new.source_image_id is null then
    raise sqlstate 'PT400' using message = 'a blend needs an image to blend with', hint = 'Send source_image_id.';
  end if;
  if not new.is_blend and new.source_image_id is not null then
    raise sqlstate 'PT400' using message = 'only a blend has a source image', hint = 'Send is_blend = true, or leave source_image_id out.';
  end if;
  return new;
end
$$;
comment on function spike_land_private.begin_enhancement() is 'Row trigger: a job costs what its tier says; a blend has something to blend with';

create function spike_land_private.charge_enhancement() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform spike_land_private.spend_tokens(new.user_id, new.tokens_cost, 'SPEND_ENHANCEMENT', 'enhancement', new.id);
  if new.pipeline_id is not null then
    update spike_land.enhancement_pipelines as p set usage_count = p.usage_count + 1 where p.id = new.pipeline_id;
  end if;
  return null;
end
$$;
comment on function spike_land_private.charge_enhancement() is 'Row trigger: takes the job''s tokens, counts the pipeline''s use';

create function spike_land_private.advance_enhancement() returns trigger
language plpgsql set search_path = ''
as $$
begin
  new.tokens_cost := old.tokens_cost;
  if old.status in ('COMPLETED', 'FAILED', 'CANCELLED', 'REFUNDED') and
     (new.crop_dimensions, new.enhanced_url, new.enhanced_r2_key) is distinct from (old.crop_dimensions, old.enhanced_url, old.enhanced_r2_key) then
    raise sqlstate 'PT409' using message = format('enhancement job %s is %s: its result stays as it is', old.id, old.status);
  end if;
  if new.status = 'PROCESSING' and old.status = 'PENDING' then
    new.processing_started_at := clock_timestamp();
    new.current_stage := coalesce(new.current_stage, 'ANALYZING');
  elsif new.status = 'PENDING' and old.status = 'PROCESSING' then
    if old.retry_count >= old.max_retries then
      raise sqlstate 'PT409' using
        message = format('enhancement job %s has been retried %s times, which is all it may', old.id, old.retry_count),
        hint = 'It can become FAILED, which refunds it.';
    end if;
    new.retry_count := old.retry_count + 1;
    new.current_stage := null;
  elsif new.status <> old.status then
    new.processing_completed_at := clock_timestamp();
  elsif new.retry_count <> old.retry_count then
    raise sqlstate 'PT403' using message = 'retry_count is counted by the database';
  end if;
  if new.current_stage < old.current_stage and new.status = 'PROCESSING' then
    raise sqlstate 'PT409' using
      message = format('enhancement job %s cannot go back from %s to %s', old.id, old.current_stage, new.current_stage),
      hint = 'Stages follow each other: ANALYZING, CROPPING, PROMPTING, GENERATING.';
  end if;
  return new;
end
$$;
comment on function spike_land_private.advance_enhancement() is 'Row trigger: stages go forward, retries are counted, moments are noted';

create function spike_land_private.end_enhancement() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if new.status = 'COMPLETED' then
    perform spike_land_private.complete_referral(new.user_id);
    perform spike_land_private.attribute_conversion(new.user_id, 'ENHANCEMENT', new.tokens_cost);
  else
    perform spike_land_private.refund_tokens(new.user_id, new.tokens_cost, 'enhancement', new.id);
  end if;
  return null;
end
$$;
comment on function spike_land_private.end_enhancement() is 'Row trigger: a completed job completes a referral; any other end gives the tokens back';

create function spike_land_private.refund_deleted_enhancement() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if exists (select from spike_land.users as u where u.id = old.user_id) then
    perform spike_land_private.refund_tokens(old.user_id, old.tokens_cost, 'enhancement', old.id);
  end if;
  return null;
end
$$;
comment on function spike_land_private.refund_deleted_enhancement() is 'Row trigger: a job that goes with its image before it ended gives its tokens back';

create function spike_land.fail_enhancement(job_id text, error_message text) returns spike_land.image_enhancement_jobs
language plpgsql security definer set search_path = ''
as $$
declare
  failed spike_land.image_enhancement_jobs;
begin
  update spike_land.image_enhancement_jobs as j set
    status = case when j.retry_count < j.max_retries then 'PENDING' else 'FAILED' end::spike_land.job_status,
    error_message = fail_enhancement.error_message
  where j.id = job_id
  returning j.* into failed;
  if failed.id is null then
    raise sqlstate 'PT404' using message = format('there is no enhancement job %s', job_id);
  end if;
  return failed;
end
$$;
comment on function spike_land.fail_enhancement(text, text) is
  'An attempt failed: the job waits for another one, or fails for good after max_retries and is refunded. Service only';
grant execute on function spike_land.fail_enhancement(text, text) to service_role;

create function spike_land.claim_enhancement() returns setof spike_land.image_enhancement_jobs
language plpgsql security definer set search_path = ''
as $$
begin
  return query
    update spike_land.image_enhancement_jobs as j set status = 'PROCESSING'
    where j.id = (
      select w.id from spike_land.image_enhancement_jobs as w where w.status = 'PENDING' order by w.updated_at, w.id limit 1 for update skip locked)
    returning j.*;
end
$$;
comment on function spike_land.claim_enhancement() is 'The job that has waited longest, now PROCESSING and this worker''s; no row when there is none. Service only';
grant execute on function spike_land.claim_enhancement() to service_role;

set local role hedgerow_admin;

create function spike_land.view_image(image_id text) returns spike_land.enhanced_images
language plpgsql set search_path = ''
as $$
declare
  seen spike_land.enhanced_images;
begin
  select * into seen from spike_land.enhanced_images as i where i.id = view_image.image_id;
  if seen.id is null then
    raise sqlstate 'PT404' using message = format('there is no image %s that you may see', view_image.image_id);
  end if;
  seen.view_count := spike_land_private.count_view(seen.id);
  return seen;
end
$$;
comment on function spike_land.view_image(text) is 'An image that you may see, by yourself or with x-share-token; counts the view unless it is yours';
grant execute on function spike_land.view_image(text) to anon, authenticated, service_role;
grant execute on function spike_land_private.count_view(text), spike_land_private.header_digest() to anon, authenticated, service_role;

create trigger albums_end_link before insert or update of privacy on spike_land.albums
  for each row execute function spike_land_private.end_link('UNLISTED', 'share_album');
create trigger enhancement_pipelines_end_link before insert or update of visibility on spike_land.enhancement_pipelines
  for each row execute function spike_land_private.end_link('LINK', 'share_pipeline');
create trigger album_images_enter before insert on spike_land.album_images
  for each row execute function spike_land_private.enter_album();
create trigger albums_follow_privacy after update of privacy on spike_land.albums
  for each row when ((old.privacy = 'PUBLIC') <> (new.privacy = 'PUBLIC'))
  execute function spike_land_private.follow_album_privacy();
create trigger album_images_count_insert after insert on spike_land.album_images
  for each row when (new.in_public_album) execute function spike_land_private.count_public_albums();
create trigger album_images_count_update after update of in_public_album on spike_land.album_images
  for each row when (old.in_public_album <> new.in_public_album) execute function spike_land_private.count_public_albums();
create trigger album_images_count_delete after delete on spike_land.album_images
  for each row when (old.in_public_album) execute function spike_land_private.count_public_albums();
create trigger enhanced_images_show before insert or update on spike_land.enhanced_images
  for each row execute function spike_land_private.show_image();
create trigger enhanced_images_queue_removal after delete on spike_land.enhanced_images
  for each row execute function spike_land_private.queue_removal('original_r2_key');
create trigger image_enhancement_jobs_queue_removal after delete on spike_land.image_enhancement_jobs
  for each row execute function spike_land_private.queue_removal('enhanced_r2_key');
create trigger image_enhancement_jobs_begin before insert on spike_land.image_enhancement_jobs
  for each row execute function spike_land_private.begin_enhancement();
create trigger image_enhancement_jobs_charge after insert on spike_land.image_enhancement_jobs
  for each row execute function spike_land_private.charge_enhancement();
-- Named to run after the lifecycle: triggers of one event run in the order of their names.
create trigger image_enhancement_jobs_progress before update on spike_land.image_enhancement_jobs
  for each row execute function spike_land_private.advance_enhancement();
create trigger image_enhancement_jobs_settle after update of status on spike_land.image_enhancement_jobs
  for each row when (new.status <> old.status and new.status in ('COMPLETED', 'FAILED', 'CANCELLED', 'REFUNDED'))
  execute function spike_land_private.end_enhancement();
create trigger image_enhancement_jobs_refund_deleted after delete on spike_land.image_enhancement_jobs
  for each row when (old.status in ('PENDING', 'PROCESSING'))
  execute function spike_land_private.refund_deleted_enhancement();

select hedgerow.register_upkeep('spike_land.delete-old-removals', 'spike_land_private.delete_old_removals');
