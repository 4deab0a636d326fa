-- Access keys for the S3 protocol: of a person, who then acts with their own claims, or of a service, which acts as service_role. The secret is not
-- here, not even encrypted: the gateway derives it from the id and a key that the database does not hold.

create table storage.s3_access_keys (
  id uuid primary key default gen_random_uuid(),
  description text not null check (char_length(description) between 1 and 2000),
  user_id uuid references auth.users (id) on delete cascade,
  created_at timestamptz not null default now()
);

comment on table storage.s3_access_keys is 'Access keys for /storage/v1/s3. To revoke one is to delete its row';
comment on column storage.s3_access_keys.id is 'The access key id, there without its hyphens';
comment on column storage.s3_access_keys.description is 'What it is for, for people';
comment on column storage.s3_access_keys.user_id is 'Whose it is; null: a service''s, which may do everything';

create index s3_access_keys_user_id on storage.s3_access_keys (user_id);

alter table storage.s3_access_keys enable row level security;
alter table storage.s3_access_keys force row level security;

grant select, delete on storage.s3_access_keys to authenticated;
grant select, insert, delete on storage.s3_access_keys to service_role;

create function hedgerow.claims_of_s3_access_key(key uuid) returns jsonb
language sql stable security definer set search_path = ''
as $$
  select case when k.user_id is null then '{"role": "service_role"}'::jsonb
    else (
      select jsonb_build_object(
        'sub', u.id, 'role', 'authenticated', 'aud', 'authenticated', 'aal', 'aal1', 'email', coalesce(u.email, ''), 'phone', coalesce(u.phone, ''),
        'app_metadata', coalesce(u.raw_app_meta_data, '{}'), 'user_metadata', coalesce(u.raw_user_meta_data, '{}'), 'is_anonymous', u.is_anonymous)
      from auth.users as u
      where u.id = k.user_id and u.deleted_at is null and (u.banned_until is null or u.banned_until <= now()))
    end
  from storage.s3_access_keys as k where k.id = key
$$;
comment on function hedgerow.claims_of_s3_access_key(uuid) is
  'The claims of whoever an access key acts for, as an access token would have them; null where it is revoked, or its owner is gone or banned';

alter function hedgerow.claims_of_s3_access_key(uuid) owner to hedgerow_definer;
grant execute on function hedgerow.claims_of_s3_access_key(uuid) to hedgerow_storage;
