-- A person goes with all that is theirs (SL-23). The keys say so by themselves, but PostgreSQL works cascades off breadth first: a job
-- whose pipeline and source image are set to null one after the other is updated twice while its person is gone already, and the second
-- update of a row in one transaction checks all of the row's keys again. So what others point at goes last.

set local role hedgerow_definer;

create function spike_land_private.delete_belongings_first() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  delete from spike_land.featured_gallery_items as g where g.created_by = old.id;
  delete from spike_land.merch_carts as c where c.user_id = old.id;
  delete from spike_land.merch_orders as o where o.user_id = old.id;
  delete from spike_land.image_enhancement_jobs as j where j.user_id = old.id;
  delete from spike_land.mcp_generation_jobs as j where j.user_id = old.id;
  delete from spike_land.albums as a where a.user_id = old.id;
  delete from spike_land.enhanced_images as i where i.user_id = old.id;
  delete from spike_land.enhancement_pipelines as p where p.user_id = old.id;
  delete from spike_land.boxes as b where b.user_id = old.id;
  delete from spike_land.apps as a where a.user_id = old.id;
  return old;
end
$$;
comment on function spike_land_private.delete_belongings_first() is 'Row trigger: what a person has goes before them, and what points at something before that';

set local role hedgerow_admin;

create trigger users_delete_belongings_first before delete on spike_land.users
  for each row execute function spike_land_private.delete_belongings_first();

-- Every table of the schema, from here on: rows are reached through policies alone, and updated_at is the database's.
do $$
declare
  each_table record;
begin
  for each_table in
    select c.oid::regclass as name, exists (
      select from pg_attribute as a where a.attrelid = c.oid and a.attname = 'updated_at' and not a.attisdropped) as is_dated
    from pg_class as c
    where c.relnamespace = 'spike_land'::regnamespace and c.relkind = 'r'
    order by c.relname
  loop
    execute format('alter table %s enable row level security, force row level security', each_table.name);
    if each_table.is_dated then
      execute format('create trigger touch_updated_at before update on %s for each row execute function hedgerow.touch_updated_at()', each_table.name);
    end if;
  end loop;
end
$$;
