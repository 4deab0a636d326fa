-- The audio mixer (SL-20). The files themselves are in storage, or in the browser's own file system (OPFS).

create table spike_land.audio_mixer_projects (
  id text primary key default hedgerow.cuid(),
  user_id text not null default spike_land_private.me() references spike_land.users (id) on delete cascade,
  name text not null check (name ~ '\S'),
  description text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index audio_mixer_projects_user_idx on spike_land.audio_mixer_projects (user_id, created_at desc);
comment on table spike_land.audio_mixer_projects is 'A person''s mixes.';

create table spike_land.audio_tracks (
  id text primary key default hedgerow.cuid(),
  project_id text not null references spike_land.audio_mixer_projects (id) on delete cascade,
  name text not null check (name ~ '\S'),
  file_url text,
  file_r2_key text unique,
  file_format text not null,
  duration numeric not null check (duration >= 0),
  file_size_bytes integer not null check (file_size_bytes >= 0),
  volume numeric not null default 1.0 check (volume between 0 and 2),
  muted boolean not null default false,
  solo boolean not null default false,
  sort_order integer not null default 0,
  storage_type spike_land.audio_storage_type not null default 'R2',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint audio_tracks_file_in_storage check ((storage_type = 'R2') = (file_r2_key is not null))
);
create index audio_tracks_project_idx on spike_land.audio_tracks (project_id, sort_order);
comment on table spike_land.audio_tracks is 'The tracks of a mix, in the order of sort_order: a new one is last, rpc/reorder_tracks moves them.';
comment on column spike_land.audio_tracks.file_r2_key is 'Where the file is stored: in the owner''s folder, <user id>/…. Null for OPFS, whose files stay in the browser';
comment on column spike_land.audio_tracks.duration is 'Seconds';
comment on column spike_land.audio_tracks.volume is '1 is as recorded, 0 is silence, at most 2';

set local role hedgerow_definer;

create function spike_land_private.append_track() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform from spike_land.audio_mixer_projects as p where p.id = new.project_id for no key update;
  new.sort_order := (select coalesce(max(t.sort_order), 0) + 1 from spike_land.audio_tracks as t where t.project_id = new.project_id);
  return new;
end
$$;
comment on function spike_land_private.append_track() is 'Row trigger: a new track is the last of its mix';

create function spike_land.reorder_tracks(project_id text, track_ids text[]) returns setof spike_land.audio_tracks
language plpgsql security definer set search_path = ''
as $$
begin
  perform from spike_land.audio_mixer_projects as p
  where p.id = reorder_tracks.project_id and p.user_id = spike_land_private.require_me() for no key update;
  if not found then
    raise sqlstate 'PT404' using message = format('you have no project %s', reorder_tracks.project_id);
  end if;
  if (select array_agg(t.id order by t.id) from spike_land.audio_tracks as t where t.project_id = reorder_tracks.project_id)
     is distinct from (select array_agg(w.id order by w.id) from unnest(track_ids) as w (id)) then
    raise sqlstate 'PT400' using message = 'an order names every track of the project once', hint = 'Read audio_tracks first.';
  end if;
  update spike_land.audio_tracks as t set sort_order = w.place
  from unnest(track_ids) with ordinality as w (id, place)
  where t.project_id = reorder_tracks.project_id and t.id = w.id;
  return query select t.* from spike_land.audio_tracks as t where t.project_id = reorder_tracks.project_id order by t.sort_order;
end
$$;
comment on function spike_land.reorder_tracks(text, text[]) is 'Puts the tracks of your mix into this order: all of them, each once';
grant execute on function spike_land.reorder_tracks(text, text[]) to authenticated;

set local role hedgerow_admin;

create trigger audio_tracks_append before insert on spike_land.audio_tracks
  for each row execute function spike_land_private.append_track();
create trigger audio_tracks_queue_removal after delete on spike_land.audio_tracks
  for each row execute function spike_land_private.queue_removal('file_r2_key');
