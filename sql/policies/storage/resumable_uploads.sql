-- The storage room's book-keeping: no client reads or writes it. Who may begin an upload, and end it as an object, is decided by the policies on
-- storage.objects; who may go on with one, by whether they began it.

create policy "The storage room keeps the uploads under way" on storage.resumable_uploads for all to hedgerow_storage
  using (true) with check (true);
