-- PostgreSQL 18 refuses to update or delete in a published table of REPLICA IDENTITY FULL that has generated columns, unless they are published
-- too (42P10, "Replica identity must not contain unpublished generated columns"). Earlier versions log them all the same and know no such option.
-- Source: PostgreSQL 18 documentation, CREATE PUBLICATION, publish_generated_columns.

do $$
begin
  if current_setting('server_version_num')::int >= 180000 then
    alter publication hedgerow_realtime set (publish_generated_columns = stored);
    alter publication supabase_realtime set (publish_generated_columns = stored);
    alter publication hedgerow_messages set (publish_generated_columns = stored);
  end if;
end
$$;
