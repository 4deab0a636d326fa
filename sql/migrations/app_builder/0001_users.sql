-- Ultimate App Builder (seed 001): people. Prisma's names become snake case, its enums enum types, its cuid() keys cuids made here.

select hedgerow.make_app_schema('app_builder', 'Ultimate App Builder

Applications that agents write: projects, what each agent generated for them, and where they are deployed.');

create type app_builder.user_role as enum ('USER', 'ADMIN', 'SUPER_ADMIN');
create type app_builder.subscription_tier as enum ('FREE', 'STARTER', 'PRO', 'ENTERPRISE');

create table app_builder.users (
  id text primary key default hedgerow.cuid(),
  auth_id uuid not null unique references auth.users (id) on delete cascade,
  email text unique,
  name text,
  avatar text,
  role app_builder.user_role not null default 'USER',
  subscription_tier app_builder.subscription_tier not null default 'FREE',
  subscription_status text,
  stripe_customer_id text unique,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  last_login_at timestamptz,
  constraint users_id_is_an_id check (id ~ '^[a-z0-9-]{1,36}$')
);
create index users_role_idx on app_builder.users (role) where role <> 'USER';
comment on table app_builder.users is
  'A person

The row comes and goes with the account in auth.users. People read and change their own; admins read everybody''s.';
comment on column app_builder.users.auth_id is 'The account: what auth.uid() is for this person';
comment on column app_builder.users.email is 'Follows the account. Null where it has none, or where another person (single sign-on) already has it';
comment on column app_builder.users.name is 'What to call them';
comment on column app_builder.users.avatar is 'URL of a picture';
comment on column app_builder.users.role is 'USER, ADMIN or SUPER_ADMIN. Changed by a super admin, and by nobody for themselves';
comment on column app_builder.users.subscription_tier is 'FREE, STARTER, PRO or ENTERPRISE. Written by billing alone';
comment on column app_builder.users.subscription_status is 'As Stripe says it. Written by billing alone';
comment on column app_builder.users.stripe_customer_id is 'Written by billing alone';
comment on column app_builder.users.last_login_at is 'Follows each sign-in';

alter table app_builder.users enable row level security, force row level security;

create trigger touch_updated_at before update on app_builder.users
  for each row execute function hedgerow.touch_updated_at();

-- C-01, AB-06: the profile comes in the transaction that makes the account, and follows its address and its sign-ins.
create function app_builder_private.sync_user() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  begin
    insert into app_builder.users as u (auth_id, email, name, last_login_at)
    values (new.id, nullif(new.email, ''), new.raw_user_meta_data ->> 'full_name', new.last_sign_in_at)
    on conflict (auth_id) do update set email = excluded.email, last_login_at = excluded.last_login_at
    where (u.email, u.last_login_at) is distinct from (excluded.email, excluded.last_login_at);
  exception when unique_violation then
    -- Accounts from single sign-on may share an address: here it is the first one's. Nobody is kept from signing up by that.
    insert into app_builder.users as u (auth_id, name, last_login_at)
    values (new.id, new.raw_user_meta_data ->> 'full_name', new.last_sign_in_at)
    on conflict (auth_id) do update set email = null, last_login_at = excluded.last_login_at;
  end;
  return null;
end
$$;
comment on function app_builder_private.sync_user() is 'Row trigger on auth.users: makes the profile, and carries address and last sign-in over';
alter function app_builder_private.sync_user() owner to hedgerow_definer;

create trigger on_auth_user_created_app_builder after insert or update of email, last_sign_in_at on auth.users
  for each row execute function app_builder_private.sync_user();

-- Accounts that are older than this application.
set local role hedgerow_definer;
insert into app_builder.users (auth_id, email, name, last_login_at)
select id, case when row_number() over (partition by lower(email) order by created_at, id) = 1 then nullif(email, '') end,
  raw_user_meta_data ->> 'full_name', last_sign_in_at
from auth.users;
set local role hedgerow_admin;

create function app_builder_private.me() returns text
language plpgsql stable security definer parallel safe set search_path = ''
as $$
begin
  return (select u.id from app_builder.users as u where u.auth_id = auth.uid());
end
$$;
comment on function app_builder_private.me() is 'The signed-in person''s id in this application';
alter function app_builder_private.me() owner to hedgerow_definer;
grant execute on function app_builder_private.me() to anon, authenticated, service_role;

create function app_builder_private.role_of_caller() returns app_builder.user_role
language plpgsql stable security definer parallel safe set search_path = ''
as $$
begin
  return (select u.role from app_builder.users as u where u.auth_id = auth.uid());
end
$$;
comment on function app_builder_private.role_of_caller() is 'The signed-in person''s role, from the table: never from a claim, which outlives a change';
alter function app_builder_private.role_of_caller() owner to hedgerow_definer;
grant execute on function app_builder_private.role_of_caller() to anon, authenticated, service_role;

-- AB-01. SECURITY INVOKER: it speaks for clients' own statements; billing and operators come as other roles.
create function app_builder_private.guard_user() returns trigger
language plpgsql set search_path = ''
as $$
begin
  if current_user not in ('anon', 'authenticated') then
    return new;
  end if;
  if new.role is distinct from old.role then
    if app_builder_private.role_of_caller() is distinct from 'SUPER_ADMIN' then
      raise sqlstate 'PT403' using
        message = format('a %s does not change roles', coalesce(app_builder_private.role_of_caller()::text, 'stranger')),
        hint = 'Ask a super admin.';
    end if;
    if new.id = app_builder_private.me() then
      raise sqlstate 'PT403' using
        message = 'nobody changes their own role',
        hint = 'Ask another super admin.';
    end if;
  end if;
  if new.id <> app_builder_private.me() and (new.name, new.avatar) is distinct from (old.name, old.avatar) then
    raise sqlstate 'PT403' using
      message = 'a person''s name and picture are their own',
      hint = 'A super admin changes the role of others, nothing else.';
  end if;
  return new;
end
$$;
comment on function app_builder_private.guard_user() is 'Row trigger: only a super admin changes roles, and nobody their own';
create trigger guard_user before update on app_builder.users
  for each row execute function app_builder_private.guard_user();
