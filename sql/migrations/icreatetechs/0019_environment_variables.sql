-- Environment variables (IC-24): for admins and above. Values are stored encrypted; secret ones are never shown again.

create table public.environment_variables (
  id uuid primary key default gen_random_uuid(),
  project_id uuid not null references public.projects (id) on delete cascade,
  key text not null,
  value_encrypted text not null,
  environment text not null check (environment in ('development', 'staging', 'production', 'all')),
  is_secret boolean not null default true,
  created_by uuid default auth.uid() references public.users (id) on delete set null,
  created_at timestamptz default now(),
  updated_at timestamptz default now(),
  unique (project_id, key, environment),
  constraint environment_variables_key_is_a_name check (key ~ '^[A-Za-z_][A-Za-z0-9_]*$')
);
create index idx_environment_variables_project on public.environment_variables (project_id);
comment on table public.environment_variables is
  'Environment of a project. Written by admins and above; values in clear through rpc/reveal_environment_variable, secret ones never.';
comment on column public.environment_variables.value_encrypted is 'Written in clear, stored encrypted.';
comment on column public.environment_variables.is_secret is 'A secret value is never shown. Only together with a new value can a variable stop being secret.';

create trigger environment_variables_encrypt before insert or update on public.environment_variables
  for each row execute function hedgerow.encrypt_columns('value_encrypted');

-- Otherwise "never shown" would be one update away from shown.
create function hedgerow.keep_secret() returns trigger
language plpgsql set search_path = ''
as $$
begin
  if old.is_secret and not new.is_secret and new.value_encrypted = old.value_encrypted then
    raise sqlstate 'PT403' using
      message = format('the value of %s is secret and stays so', old.key),
      hint = 'Write a new value in the same update to make the variable readable.';
  end if;
  return new;
end
$$;
create trigger environment_variables_keep_secret before update on public.environment_variables
  for each row execute function hedgerow.keep_secret();

create table public.environment_variable_changes (
  id uuid primary key default gen_random_uuid(),
  project_id uuid not null references public.projects (id) on delete cascade,
  variable_id uuid not null,
  key text not null,
  environment text not null,
  action text not null check (action in ('created', 'updated', 'deleted', 'revealed')),
  changed_columns text[] not null default '{}',
  changed_by uuid references public.users (id) on delete set null,
  ip_address inet,
  created_at timestamptz not null default clock_timestamp()
);
create index idx_environment_variable_changes_project on public.environment_variable_changes (project_id, created_at desc);
create index idx_environment_variable_changes_variable on public.environment_variable_changes (variable_id, created_at desc);
comment on table public.environment_variable_changes is
  'Who created, changed, deleted or revealed which environment variable, and when; never a value. Append-only, read by the workspace''s admins.';

create function hedgerow.audit_environment_variable(variable public.environment_variables, action text, changed_columns text[] default '{}')
returns void
language plpgsql security definer set search_path = ''
as $$
begin
    -- Variables that go with their whole project leave nothing to audit: the trail goes too.
    insert into public.environment_variable_changes
      (project_id, variable_id, key, environment, action, changed_columns, changed_by, ip_address)
    select p.id, variable.id, variable.key, variable.environment, action, changed_columns,
      (select u.id from public.users as u where u.id = auth.uid()), hedgerow.request_address()
    from public.projects as p where p.id = variable.project_id;
end
$$;

create function hedgerow.audit_environment_variable_change() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  changed text[];
begin
  if tg_op = 'UPDATE' and (old.id, old.project_id) is distinct from (new.id, new.project_id) then
    -- Moved: each project's trail tells its half.
    perform hedgerow.audit_environment_variable(old, 'deleted');
    perform hedgerow.audit_environment_variable(new, 'created');
  elsif tg_op = 'UPDATE' then
    select coalesce(array_agg(n.key order by n.key), '{}') into changed
    from jsonb_each(to_jsonb(new)) as n
    where n.value is distinct from to_jsonb(old) -> n.key and n.key <> 'updated_at';
    if changed <> '{}' then
      perform hedgerow.audit_environment_variable(new, 'updated', changed);
    end if;
  elsif tg_op = 'INSERT' then
    perform hedgerow.audit_environment_variable(new, 'created');
  else
    perform hedgerow.audit_environment_variable(old, 'deleted');
  end if;
  return null;
end
$$;
create trigger environment_variables_audit after insert or update or delete on public.environment_variables
  for each row execute function hedgerow.audit_environment_variable_change();

create function public.reveal_environment_variable(variable_id uuid) returns text
language plpgsql security definer set search_path = ''
as $$
declare
  variable public.environment_variables;
begin
  select v.* into variable from public.environment_variables as v where v.id = variable_id;
  if variable.id is null or not hedgerow.has_project_role(variable.project_id, 'admin') then
    raise sqlstate 'PT404' using
      message = format('there is no environment variable %s that you may see', variable_id),
      hint = 'Admins and the owner of its workspace may.';
  end if;
  if variable.is_secret then
    raise sqlstate 'PT403' using
      message = format('the value of %s is secret and never shown', variable.key),
      hint = 'Write a new value if the old one is lost.';
  end if;
  perform hedgerow.audit_environment_variable(variable, 'revealed');
  return hedgerow.decrypt(variable.value_encrypted);
end
$$;
comment on function public.reveal_environment_variable(uuid) is
  'The value of a variable that is not secret, in clear, for admins and above. Each call is audited.';
grant execute on function public.reveal_environment_variable(uuid) to authenticated;

create function public.environment_of(project_id uuid, environment text) returns table (key text, value text)
language plpgsql stable security definer set search_path = ''
as $$
begin
  return query
    -- What is set for the environment itself wins over what is set for all.
    select distinct on (v.key) v.key, hedgerow.decrypt(v.value_encrypted)
    from public.environment_variables as v
    where v.project_id = environment_of.project_id and v.environment in (environment_of.environment, 'all')
    order by v.key, v.environment = 'all';
end
$$;
comment on function public.environment_of(uuid, text) is
  'The whole environment of a deployment in clear, secrets included. Service only.';
grant execute on function public.environment_of(uuid, text) to service_role;

alter table public.environment_variables enable row level security;
alter table public.environment_variables force row level security;
alter table public.environment_variable_changes enable row level security;
alter table public.environment_variable_changes force row level security;

create trigger update_environment_variables_updated_at before update on public.environment_variables
  for each row execute function public.update_updated_at_column();

-- Forced RLS binds the tables' owner; these run as the definer.
alter function hedgerow.audit_environment_variable(public.environment_variables, text, text[]) owner to hedgerow_definer;
alter function hedgerow.audit_environment_variable_change() owner to hedgerow_definer;
alter function public.reveal_environment_variable(uuid) owner to hedgerow_definer;
alter function public.environment_of(uuid, text) owner to hedgerow_definer;
