-- Whose rows somebody sees. Each function answers once a statement, `(select …)`, with ids that an index on the compared column takes.
-- me() and is_admin() stand in the first migration, because columns have them as defaults.

-- People see their own, admins everybody's. Written as `user_id = me or is_admin`, no index would answer it; as a range of ids, which for
-- people is one id wide and for admins takes in all, one index answers both.
create or replace function spike_land_private.sees_from() returns text
language plpgsql stable security definer parallel safe set search_path = '' as $$
begin
  return (select case u.role when 'USER' then u.id else '' end from spike_land.users as u where u.auth_id = auth.uid());
end $$;
comment on function spike_land_private.sees_from() is 'The first user id whose rows the signed-in person sees; null when nobody is signed in';

create or replace function spike_land_private.sees_to() returns text
language plpgsql stable security definer parallel safe set search_path = '' as $$
begin
  -- 37 z: an id is at most 36 of a-z, 0-9 and -, so every one of them sorts before it, in any collation.
  return (select case u.role when 'USER' then u.id else repeat('z', 37) end from spike_land.users as u where u.auth_id = auth.uid());
end $$;
comment on function spike_land_private.sees_to() is 'The last user id whose rows the signed-in person sees; null when nobody is signed in';

-- What admins alone read. A bare `(select is_admin())` in a policy is asked once but held against every row of the table all the same: PostgreSQL
-- keeps a security qual at the scan. A range of all ids, or of none, is answered by the primary key.
create or replace function spike_land_private.admin_sees_from() returns text
language sql stable security definer parallel safe set search_path = '' as $$
  select case when spike_land_private.is_admin() then '' end
$$;
comment on function spike_land_private.admin_sees_from() is 'For admins a text before every id; null, which equals nothing, for everybody else';

create or replace function spike_land_private.admin_sees_to() returns text
language sql stable security definer parallel safe set search_path = '' as $$
  select case when spike_land_private.is_admin() then repeat('z', 37) end
$$;
comment on function spike_land_private.admin_sees_to() is 'For admins a text after every id; null for everybody else';

create or replace function spike_land_private.sees_active() returns boolean[]
language sql stable security definer parallel safe set search_path = '' as $$
  select case when spike_land_private.is_admin() then array[true, false] else array[true] end
$$;
comment on function spike_land_private.sees_active() is 'Which values of is_active somebody sees of a catalogue: true, for admins false as well';

create or replace function spike_land_private.own_app_ids() returns text[]
language plpgsql stable security definer parallel safe set search_path = '' as $$
begin
  return (select coalesce(array_agg(a.id), '{}') from spike_land.apps as a where a.user_id = spike_land_private.me());
end $$;
comment on function spike_land_private.own_app_ids() is 'The apps of the signed-in person';

create or replace function spike_land_private.own_album_ids() returns text[]
language plpgsql stable security definer parallel safe set search_path = '' as $$
begin
  return (select coalesce(array_agg(a.id), '{}') from spike_land.albums as a where a.user_id = spike_land_private.me());
end $$;
comment on function spike_land_private.own_album_ids() is 'The albums of the signed-in person';

create or replace function spike_land_private.own_box_ids() returns text[]
language plpgsql stable security definer parallel safe set search_path = '' as $$
begin
  return (select coalesce(array_agg(b.id), '{}') from spike_land.boxes as b where b.user_id = spike_land_private.me() and b.deleted_at is null);
end $$;
comment on function spike_land_private.own_box_ids() is 'The boxes of the signed-in person that are not deleted';

create or replace function spike_land_private.own_mix_ids() returns text[]
language plpgsql stable security definer parallel safe set search_path = '' as $$
begin
  return (select coalesce(array_agg(p.id), '{}') from spike_land.audio_mixer_projects as p where p.user_id = spike_land_private.me());
end $$;
comment on function spike_land_private.own_mix_ids() is 'The mixes of the signed-in person';

create or replace function spike_land_private.own_order_ids() returns text[]
language plpgsql stable security definer parallel safe set search_path = '' as $$
begin
  return (select coalesce(array_agg(o.id), '{}') from spike_land.merch_orders as o where o.user_id = spike_land_private.me());
end $$;
comment on function spike_land_private.own_order_ids() is 'The orders of the signed-in person';

create or replace function spike_land_private.own_cart_id() returns text
language plpgsql stable security definer parallel safe set search_path = '' as $$
begin
  return (select c.id from spike_land.merch_carts as c where c.user_id = spike_land_private.me());
end $$;
comment on function spike_land_private.own_cart_id() is 'The cart of the signed-in person';

-- What the header x-share-token opens beside the row that holds its digest.
create or replace function spike_land_private.shared_album_ids() returns text[]
language plpgsql stable security definer parallel safe set search_path = '' as $$
begin
  if hedgerow.share_token() is null then
    return '{}';
  end if;
  return (select coalesce(array_agg(a.id), '{}') from spike_land.albums as a where a.share_token = spike_land_private.header_digest());
end $$;
comment on function spike_land_private.shared_album_ids() is 'The album that the header x-share-token opens';

create or replace function spike_land_private.shared_image_ids() returns text[]
language plpgsql stable security definer parallel safe set search_path = '' as $$
begin
  if hedgerow.share_token() is null then
    return '{}';
  end if;
  return (
    select coalesce(array_agg(i.image_id), '{}')
    from spike_land.albums as a join spike_land.album_images as i on i.album_id = a.id
    where a.share_token = spike_land_private.header_digest());
end $$;
comment on function spike_land_private.shared_image_ids() is 'The images of the album that the header x-share-token opens';

alter function spike_land_private.sees_from() owner to hedgerow_definer;
alter function spike_land_private.sees_to() owner to hedgerow_definer;
alter function spike_land_private.admin_sees_from() owner to hedgerow_definer;
alter function spike_land_private.admin_sees_to() owner to hedgerow_definer;
alter function spike_land_private.sees_active() owner to hedgerow_definer;
alter function spike_land_private.own_app_ids() owner to hedgerow_definer;
alter function spike_land_private.own_album_ids() owner to hedgerow_definer;
alter function spike_land_private.own_box_ids() owner to hedgerow_definer;
alter function spike_land_private.own_mix_ids() owner to hedgerow_definer;
alter function spike_land_private.own_order_ids() owner to hedgerow_definer;
alter function spike_land_private.own_cart_id() owner to hedgerow_definer;
alter function spike_land_private.shared_album_ids() owner to hedgerow_definer;
alter function spike_land_private.shared_image_ids() owner to hedgerow_definer;
grant execute on function
  spike_land_private.sees_from(), spike_land_private.sees_to(), spike_land_private.admin_sees_from(), spike_land_private.admin_sees_to(),
  spike_land_private.sees_active(), spike_land_private.own_app_ids(),
  spike_land_private.own_album_ids(), spike_land_private.own_box_ids(), spike_land_private.own_mix_ids(), spike_land_private.own_order_ids(),
  spike_land_private.own_cart_id(), spike_land_private.shared_album_ids(), spike_land_private.shared_image_ids()
  to anon, authenticated, service_role;
