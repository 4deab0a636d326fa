-- Pictures and tracks lie in storage: in the bucket spike_land, each in the folder that its person's id names. original_r2_key, enhanced_r2_key and
-- file_r2_key are objects' names; who sees the row sees the file (policies/storage/objects.sql).

set local role hedgerow_definer;

create function spike_land_private.is_object_needed(key text) returns boolean
language plpgsql stable security definer set search_path = '' as $$
begin
  -- Orders are printed again from their snapshot, whatever became of the image; and nothing goes that another row still shows.
  return exists (select from spike_land.merch_order_items as i where i.image_r2_key = key)
    or exists (select from spike_land.enhanced_images as i where i.original_r2_key = key)
    or exists (select from spike_land.image_enhancement_jobs as j where j.enhanced_r2_key = key)
    or exists (select from spike_land.audio_tracks as t where t.file_r2_key = key)
    or exists (select from spike_land.merch_cart_items as c where c.uploaded_image_r2_key = key)
    or exists (select from spike_land.mcp_generation_jobs as g where g.input_image_r2_key = key)
    or exists (select from spike_land.mcp_generation_jobs as g where g.output_image_r2_key = key);
end $$;
comment on function spike_land_private.is_object_needed(text) is 'Whether a row shows the stored object, or an order prints from it';

create or replace function spike_land_private.claim_removals(batch integer default 100, moment timestamptz default now())
returns table (id bigint, object_key text)
language plpgsql security definer set search_path = '' as $$
begin
  return query
    update spike_land_private.object_removals as r set claimed_until = moment + interval '10 minutes'
    where r.id in (
      select w.id from spike_land_private.object_removals as w
      where w.removed_at is null and (w.claimed_until is null or w.claimed_until <= moment)
        and not spike_land_private.is_object_needed(w.object_key)
      order by w.queued_at, w.id limit batch
      for update skip locked)
    returning r.id, r.object_key;
end $$;

create function spike_land_private.keep_object() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if spike_land_private.is_object_needed(old.name) then
    raise sqlstate 'PT409' using
      message = format('an image, a track or an order needs "%s"', old.name),
      hint = 'Delete the image or the track: its file goes with it.';
  end if;
  return coalesce(new, old);
end $$;
comment on function spike_land_private.keep_object() is 'Row trigger on storage.objects: what a row shows is neither removed nor moved';

insert into storage.buckets (id, name, file_size_limit, allowed_mime_types)
values ('spike_land', 'spike_land', 200 * 1024 * 1024, '{image/jpeg,image/png,image/webp,image/gif,image/avif,image/heic,audio/*}')
on conflict do nothing;

set local role hedgerow_admin;

create trigger spike_land_keep_deleted before delete on storage.objects
  for each row when (old.bucket_id = 'spike_land') execute function spike_land_private.keep_object();
create trigger spike_land_keep_moved before update of name, bucket_id on storage.objects
  for each row when (old.bucket_id = 'spike_land' and (new.name <> old.name or new.bucket_id <> old.bucket_id))
  execute function spike_land_private.keep_object();

-- Where the storage policies were applied without this application: once more, with what they say of its bucket.
reset role; -- the journal is the installing login's
do $$
begin
  if to_regclass('hedgerow.policy_files') is not null then
    delete from hedgerow.policy_files where schema_name = 'storage';
  end if;
end $$;
