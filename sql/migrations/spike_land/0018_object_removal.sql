-- What becomes of the removals that deleted rows queue: the objects go from the bucket spike_land. Their bytes are then nobody's, and the
-- store's reconciliation, which every gateway runs by itself, takes them; so does a crash in between leave nothing but work for it.

-- As in 0006, and nothing goes either that a cart or a generation still shows.
create or replace function spike_land_private.claim_removals(batch integer default 100, moment timestamptz default now())
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
        and not exists (select from spike_land.merch_cart_items as c where c.uploaded_image_r2_key = w.object_key)
        and not exists (select from spike_land.mcp_generation_jobs as g where g.input_image_r2_key = w.object_key)
        and not exists (select from spike_land.mcp_generation_jobs as g where g.output_image_r2_key = w.object_key)
      order by w.queued_at, w.id limit batch
      for update skip locked)
    returning r.id, r.object_key;
end
$$;
create index merch_cart_items_uploaded_image_idx on spike_land.merch_cart_items (uploaded_image_r2_key) where uploaded_image_r2_key is not null;
create index mcp_generation_jobs_input_image_idx on spike_land.mcp_generation_jobs (input_image_r2_key) where input_image_r2_key is not null;
create index mcp_generation_jobs_output_image_idx on spike_land.mcp_generation_jobs (output_image_r2_key) where output_image_r2_key is not null;

create function spike_land_private.remove_objects(moment timestamptz default now()) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
  claimed bigint[];
  done integer := 0;
begin
  loop
    -- Claimed, removed and noted in one transaction: who dies on the way has done nothing, and the next one does all of it. Two at once skip what
    -- the other holds.
    select array_agg(c.id) into claimed from spike_land_private.claim_removals(1000, moment) as c;
    exit when claimed is null;
    delete from storage.objects as o using spike_land_private.object_removals as r
    where r.id = any (claimed) and o.bucket_id = 'spike_land' and o.name = r.object_key
      -- One that was uploaded to the same place since is another object.
      and coalesce(o.updated_at, o.created_at) <= r.queued_at;
    done := done + spike_land_private.finish_removals(claimed, moment);
  end loop;
  return done;
end
$$;
comment on function spike_land_private.remove_objects(timestamptz) is
  'Removes from storage what deleted rows pointed at and nothing points at any more; returns how many removals it finished. Their bytes go with the store''s reconciliation.';

alter function spike_land_private.claim_removals(integer, timestamptz) owner to hedgerow_definer;
alter function spike_land_private.remove_objects(timestamptz) owner to hedgerow_definer;
grant execute on function spike_land_private.remove_objects(timestamptz) to hedgerow_jobs, service_role;
grant usage on schema storage to hedgerow_definer;
grant select, delete on storage.objects to hedgerow_definer;

select hedgerow.register_upkeep('spike_land.remove-objects', 'spike_land_private.remove_objects', '5 minutes');
