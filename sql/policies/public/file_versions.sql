-- History is read by those who see the file, and written by the trigger on files alone.

revoke all on public.file_versions from anon, authenticated;
grant select on public.file_versions to anon, authenticated;

-- What says where the row lies is answered by an index; the file itself, under its own policies, says whether it is still there.
create policy "Those in the workspace can view its files' versions" on public.file_versions for select to authenticated
  using (project_id = any ((select hedgerow.project_ids())::uuid[]) and exists (select from public.files f where f.id = file_id));

create policy "Everybody can view the versions of public projects' files" on public.file_versions for select to anon, authenticated
  using (in_public_project and exists (select from public.files f where f.id = file_id));
