-- Clients reach no object until a policy says so, as in Supabase: uploads are inserts, downloads selects, moves updates,
-- removals deletes. A policy usually names the bucket and the folder:
--
--   create policy "Users can upload into their folder" on storage.objects for insert to authenticated
--     with check (bucket_id = 'avatars' and (storage.foldername(name))[1] = (select auth.uid())::text);

create policy "The storage room works with every object" on storage.objects for all to hedgerow_storage
  using (true) with check (true);

-- iCreateTechs: the bucket project-files holds the large files of projects, each below its project's id. Who sees the project reads them,
-- members and above write them, admins delete for good: as with public.files.
do $$
begin
  if to_regprocedure('hedgerow.project_folders(text)') is null then
    return; -- the application is not installed
  end if;
  create policy "Those in the workspace can read its projects' files" on storage.objects for select to authenticated
    using (bucket_id = 'project-files' and (storage.foldername(name))[1] = any ((select hedgerow.project_folders('viewer'))::text[]));
  create policy "Members can upload files of their projects" on storage.objects for insert to authenticated
    with check (bucket_id = 'project-files' and (storage.foldername(name))[1] = any ((select hedgerow.project_folders('member'))::text[]));
  create policy "Members can replace and move files of their projects" on storage.objects for update to authenticated
    using (bucket_id = 'project-files' and (storage.foldername(name))[1] = any ((select hedgerow.project_folders('member'))::text[]));
  create policy "Admins can delete files of their projects for good" on storage.objects for delete to authenticated
    using (bucket_id = 'project-files' and (storage.foldername(name))[1] = any ((select hedgerow.project_folders('admin'))::text[]));
end $$;

-- Spike Land: pictures and tracks, each below its person's id. A picture is seen by whoever sees its row: everybody a public one, others with the
-- header x-share-token. Mixes are nobody else's. What a row shows cannot be removed from under it (trigger spike_land_keep_deleted).
do $$
begin
  if to_regclass('spike_land.enhanced_images') is null then
    return; -- the application is not installed
  end if;
  create policy "Pictures are seen by whoever sees their row" on storage.objects for select to anon, authenticated
    using (bucket_id = 'spike_land' and exists (select from spike_land.enhanced_images as i where i.original_r2_key = objects.name));
  create policy "People see the pictures and tracks in their folder" on storage.objects for select to authenticated
    using (bucket_id = 'spike_land' and (storage.foldername(name))[1] = (select spike_land_private.me()));
  create policy "People upload into their folder" on storage.objects for insert to authenticated
    with check (bucket_id = 'spike_land' and (storage.foldername(name))[1] = (select spike_land_private.me()));
  create policy "People replace and move what is in their folder" on storage.objects for update to authenticated
    using (bucket_id = 'spike_land' and (storage.foldername(name))[1] = (select spike_land_private.me()));
  create policy "People remove from their folder" on storage.objects for delete to authenticated
    using (bucket_id = 'spike_land' and (storage.foldername(name))[1] = (select spike_land_private.me()));
end $$;

-- AppForge: previews, each below its template's id. Seen by whoever sees the template; its creator's to write.
do $$
begin
  if to_regclass('appforge.templates') is null then
    return; -- the application is not installed
  end if;
  create policy "Previews are seen by whoever sees the template" on storage.objects for select to anon, authenticated
    using (bucket_id = 'appforge-previews' and exists (select from appforge.templates as t where t.id = (storage.foldername(objects.name))[1]));
  create policy "Creators upload previews of their templates" on storage.objects for insert to authenticated
    with check (bucket_id = 'appforge-previews' and (storage.foldername(name))[1] = any ((select appforge_private.own_template_ids())::text[]));
  create policy "Creators replace and move previews of their templates" on storage.objects for update to authenticated
    using (bucket_id = 'appforge-previews' and (storage.foldername(name))[1] = any ((select appforge_private.own_template_ids())::text[]));
  create policy "Creators remove previews of their templates" on storage.objects for delete to authenticated
    using (bucket_id = 'appforge-previews' and (storage.foldername(name))[1] = any ((select appforge_private.own_template_ids())::text[]));
end $$;
