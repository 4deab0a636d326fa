-- Buckets and objects, with the columns of Supabase's storage. Source: supabase/storage, migrations/tenant/
-- (https://github.com/supabase/storage). The bytes are elsewhere (files or S3); a row here is what RLS decides about.

create type storage.buckettype as enum ('STANDARD', 'ANALYTICS', 'VECTOR');

create table storage.buckets (
  id text primary key,
  name text not null check (char_length(name) between 1 and 100),
  owner uuid,
  created_at timestamptz default now(),
  updated_at timestamptz default now(),
  public boolean default false,
  avif_autodetection boolean default false,
  file_size_limit bigint check (file_size_limit >= 0),
  allowed_mime_types text[],
  owner_id text,
  type storage.buckettype not null default 'STANDARD'
);

comment on table storage.buckets is 'Containers of objects';
comment on column storage.buckets.owner is 'Deprecated by Supabase in favour of owner_id; kept for SQL that names it';
comment on column storage.buckets.public is 'Objects can be read by their URL without a token';
comment on column storage.buckets.file_size_limit is 'Bytes; null is the platform''s limit';
comment on column storage.buckets.allowed_mime_types is 'For example {image/*,application/pdf}; null allows all';

create unique index bname on storage.buckets (name);

create table storage.objects (
  id uuid primary key default gen_random_uuid(),
  bucket_id text references storage.buckets (id),
  name text,
  owner uuid,
  created_at timestamptz default now(),
  updated_at timestamptz default now(),
  last_accessed_at timestamptz default now(),
  metadata jsonb,
  path_tokens text[] generated always as (string_to_array(name, '/')) stored,
  version text,
  owner_id text,
  user_metadata jsonb
);

comment on table storage.objects is 'One row per stored object. RLS on it is who may read, upload, replace and delete';
comment on column storage.objects.owner_id is 'The `sub` of whoever uploaded it';
comment on column storage.objects.metadata is 'What the platform knows: size, mimetype, eTag, cacheControl, lastModified';
comment on column storage.objects.user_metadata is 'What the uploader says';
comment on column storage.objects.version is 'The stored bytes this row points at; changes with every upload';

create unique index bucketid_objname on storage.objects (bucket_id, name);
create index name_prefix_search on storage.objects (name text_pattern_ops);
create index idx_objects_bucket_id_name on storage.objects (bucket_id, name collate "C");
create index idx_objects_bucket_id_name_lower on storage.objects (bucket_id, lower(name) collate "C");

alter table storage.buckets enable row level security;
alter table storage.buckets force row level security;
alter table storage.objects enable row level security;
alter table storage.objects force row level security;

create function storage.update_updated_at_column() returns trigger
language plpgsql set search_path = '' as $$
begin
  new.updated_at := now();
  return new;
end $$;

create trigger update_buckets_updated_at before update on storage.buckets
  for each row execute function storage.update_updated_at_column();
create trigger update_objects_updated_at before update on storage.objects
  for each row execute function storage.update_updated_at_column();

-- 'a/b/photo.tar.gz' → {a,b}, 'photo.tar.gz', 'gz'
create function storage.foldername(name text) returns text[]
language sql immutable strict parallel safe set search_path = '' as $$
  select (string_to_array(name, '/'))[1 : cardinality(string_to_array(name, '/')) - 1]
$$;

comment on function storage.foldername(text) is 'The folders of an object''s name: (storage.foldername(name))[1] is the topmost';

create function storage.filename(name text) returns text
language sql immutable strict parallel safe set search_path = '' as $$
  select (string_to_array(name, '/'))[cardinality(string_to_array(name, '/'))]
$$;

comment on function storage.filename(text) is 'The last part of an object''s name';

create function storage.extension(name text) returns text
language sql immutable strict parallel safe set search_path = '' as $$
  select case when strpos(file, '.') > 0 then reverse(split_part(reverse(file), '.', 1)) else '' end
  from storage.filename(name) as file
$$;

comment on function storage.extension(text) is 'What follows the last dot of the filename, or nothing';

grant execute on function storage.foldername(text), storage.filename(text), storage.extension(text) to public;

-- As in Supabase: the grants are wide, the policies on the tables decide.
grant select, insert, update, delete on storage.buckets, storage.objects to anon, authenticated, service_role, hedgerow_storage;
