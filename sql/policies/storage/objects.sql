-- Clients reach no object until a policy says so, as in Supabase: uploads are inserts, downloads selects, moves updates,
-- removals deletes. A policy usually names the bucket and the folder:
--
--   create policy "Users can upload into their folder" on storage.objects for insert to authenticated
--     with check (bucket_id = 'avatars' and (storage.foldername(name))[1] = (select auth.uid())::text);

create policy "The storage room works with every object" on storage.objects for all to hedgerow_storage
  using (true) with check (true);
