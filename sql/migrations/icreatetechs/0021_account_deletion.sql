-- An account goes with its workspaces and all that is in them (C-01). The seed's keys say so by themselves, but PostgreSQL
-- works cascades off breadth first: the files' created_by and updated_by would be set to null one after the other while
-- their project is gone already and they are not, and the second update of a row in one transaction checks all of the
-- row's keys again. So the workspaces go first, wholly.

create function hedgerow.delete_workspaces_first() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  delete from public.workspaces as w where w.owner_id = old.id;
  return old;
end
$$;
create trigger users_delete_workspaces_first before delete on public.users
  for each row execute function hedgerow.delete_workspaces_first();

-- Forced RLS binds the tables' owner; this runs as the definer.
alter function hedgerow.delete_workspaces_first() owner to hedgerow_definer;
