-- TRUNCATE tells no rows: those who follow the table are told to read it again, rather than to believe in rows that are gone.
alter publication hedgerow_realtime set (publish = 'insert, update, delete, truncate');
alter publication supabase_realtime set (publish = 'insert, update, delete, truncate');
