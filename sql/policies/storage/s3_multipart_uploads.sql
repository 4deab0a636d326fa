-- Uploads in parts. Whether somebody may begin, feed or end one is decided by the policies on storage.objects; here is only who sees that it is under way
-- (ListMultipartUploads, ListParts): in Supabase nobody, here whoever began it, so that their tools can take it up again.

create policy "The storage room works with every upload" on storage.s3_multipart_uploads for all to hedgerow_storage
  using (true) with check (true);

create policy "People see the uploads that they began" on storage.s3_multipart_uploads for select to authenticated
  using (owner_id = (select auth.jwt() ->> 'sub'));
