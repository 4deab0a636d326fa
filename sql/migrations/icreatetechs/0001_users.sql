-- iCreateTechs: people. Columns, keys and indexes are those of seed 003; where a reference to a person had no ON DELETE,
-- it is SET NULL here: the row is kept, and nobody's account is undeletable because they once invited a colleague.

comment on schema public is 'iCreateTechs

Workspaces, their members and projects; conversations with AI, files, builds and deployments; plans and usage.';

create function public.update_updated_at_column() returns trigger
language plpgsql set search_path = '' as $$
begin
  new.updated_at := now();
  return new;
end $$;

comment on function public.update_updated_at_column() is 'Row trigger of every table with updated_at: whatever the statement says, it is now';

create table public.users (
  id uuid primary key references auth.users (id) on delete cascade,
  email text not null,
  full_name text,
  avatar_url text,
  bio text,
  github_username text,
  twitter_username text,
  website_url text,
  preferences jsonb default '{}',
  created_at timestamptz default now(),
  updated_at timestamptz default now()
);

comment on table public.users is 'A person''s profile. The row comes and goes with the account in auth.users';
comment on column public.users.email is 'Follows auth.users. Empty for accounts without an address (phone, anonymous)';

create index idx_users_email on public.users (email);
create index idx_users_github_username on public.users (github_username);
create index idx_users_preferences on public.users using gin (preferences);

alter table public.users enable row level security;
alter table public.users force row level security;

create trigger update_users_updated_at before update on public.users
  for each row execute function public.update_updated_at_column();

-- The profile comes and follows in the transaction that writes the account.
create function public.sync_user_profile() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into public.users (id, email)
  -- A phone or anonymous account has no address, and the seed wants one: the empty text is nobody's address.
  values (new.id, coalesce(new.email, ''))
  on conflict (id) do update set email = excluded.email
  where public.users.email <> excluded.email;
  return null;
end $$;

comment on function public.sync_user_profile() is 'Row trigger on auth.users: inserts the profile, and carries a changed e-mail address over';

alter function public.sync_user_profile() owner to hedgerow_definer;

create trigger on_auth_user_created after insert or update of email on auth.users
  for each row execute function public.sync_user_profile();

-- Accounts that are older than this application. As the definer: forced row-level security binds the table's owner.
set local role hedgerow_definer;
insert into public.users (id, email)
select id, coalesce(email, '') from auth.users;
set local role hedgerow_admin;
