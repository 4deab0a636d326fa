-- The storage room's book-keeping, as storage.resumable_uploads.

create policy "The storage room keeps the parts of uploads under way" on storage.resumable_upload_parts for all to hedgerow_storage
  using (true) with check (true);
