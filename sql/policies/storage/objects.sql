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
