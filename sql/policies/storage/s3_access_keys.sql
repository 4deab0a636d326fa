-- The service key makes and revokes keys. People see and revoke those that act for them, but make none: a session that was stolen for an hour must not
-- become a key for good.

create policy "People see the keys that act for them" on storage.s3_access_keys for select to authenticated
  using (user_id = (select auth.uid()));
create policy "People can revoke the keys that act for them" on storage.s3_access_keys for delete to authenticated
  using (user_id = (select auth.uid()));
