-- Nobody looks here but the storage room: whoever sees an upload (storage.s3_multipart_uploads) is told of its parts by it.

create policy "The storage room works with every part" on storage.s3_multipart_uploads_parts for all to hedgerow_storage
  using (true) with check (true);
