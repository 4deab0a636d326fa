-- History is read by those who see the file, and written by the trigger on files alone.

revoke all on public.file_versions from anon, authenticated;
grant select on public.file_versions to anon, authenticated;

create policy "Those who see the file can view its versions" on public.file_versions for select to anon, authenticated
  using (exists (select from public.files f where f.id = file_id)); -- under the files' own policies
