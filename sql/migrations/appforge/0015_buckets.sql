-- Previews of templates lie in storage: in the bucket appforge-previews, each in the folder that its template's id names. Who sees the template
-- sees them, its creator writes them (policies/storage/objects.sql).

set local role hedgerow_definer;

create function appforge_private.remove_previews() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  -- The rows alone: their bytes are found by the store's reconciliation. 0 is the character after the slash.
  delete from storage.objects as o
  where o.bucket_id = 'appforge-previews' and o.name collate "C" >= old.id || '/' and o.name collate "C" < old.id || '0';
  return null;
end $$;
comment on function appforge_private.remove_previews() is 'Row trigger: a template''s previews go with it';

insert into storage.buckets (id, name, file_size_limit, allowed_mime_types) values
  ('appforge-previews', 'appforge-previews', 10 * 1024 * 1024, '{image/jpeg,image/png,image/webp,image/gif,image/avif}')
on conflict do nothing;

set local role hedgerow_admin;

create trigger templates_remove_previews after delete on appforge.templates
  for each row execute function appforge_private.remove_previews();

-- Where the storage policies were applied without this application: once more, with what they say of its bucket.
reset role; -- the journal is the installing login's
do $$
begin
  if to_regclass('hedgerow.policy_files') is not null then
    delete from hedgerow.policy_files where schema_name = 'storage';
  end if;
end $$;
