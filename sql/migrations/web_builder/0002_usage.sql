-- What a person uses in a month, and what their tier allows (WB-02).

create table web_builder.user_usage (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references web_builder.users (id) on delete cascade,
  month date not null check (extract(day from month) = 1),
  campaigns_generated integer not null default 0,
  ai_credits_used integer not null default 0,
  storage_bytes_used bigint not null default 0 check (storage_bytes_used >= 0),
  api_calls_made integer not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (user_id, month)
);
comment on table web_builder.user_usage is 'What a person used, a row a month (UTC). Written by the database';
comment on column web_builder.user_usage.month is 'First day of the month';
comment on column web_builder.user_usage.campaigns_generated is 'Campaigns created in the month';
comment on column web_builder.user_usage.ai_credits_used is 'AI generations begun in the month, a credit each';
comment on column web_builder.user_usage.storage_bytes_used is 'Bytes of code stored at the month''s end, or now: carried over from month to month';
comment on column web_builder.user_usage.api_calls_made is 'Calls to connected platforms in the month';

alter table web_builder.user_usage enable row level security, force row level security;
create trigger touch_updated_at before update on web_builder.user_usage for each row execute function hedgerow.touch_updated_at();

create function web_builder_private.use(person uuid, what text, amount bigint, moment timestamptz default now()) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  this_month constant date := date_trunc('month', moment at time zone 'UTC');
  tier constant text := web_builder_private.tier_of(person, moment);
  allowed constant numeric := (web_builder_private.setting('subscription_limits') -> tier ->> what)::numeric;
  used bigint;
begin
  if tier is null or amount = 0 then
    return; -- what goes with its person is nobody's use any more
  end if;
  if not exists (select from web_builder.user_usage as u where u.user_id = person and u.month = this_month) then
    insert into web_builder.user_usage as u (user_id, month, storage_bytes_used)
    values (person, this_month, coalesce((
      select p.storage_bytes_used from web_builder.user_usage as p
      where p.user_id = person and p.month < this_month order by p.month desc limit 1), 0))
    on conflict (user_id, month) do nothing;
  end if;
  -- The row's lock makes parallel users of one person count one after the other.
  execute format('update web_builder.user_usage as u set %1$I = greatest(u.%1$I + $3, 0) where u.user_id = $1 and u.month = $2 returning u.%1$I', what)
    into used using person, this_month, amount;
  if amount > 0 and used > allowed then
    raise sqlstate 'PT402' using
      message = format('the tier "%s" allows %s %s a month', tier, allowed, replace(what, '_', ' ')),
      detail = format('It would be %s.', used),
      hint = case what when 'storage_bytes_used' then 'Delete some, or upgrade.' else 'Upgrade, or wait for the next month.' end;
  end if;
  update web_builder.users as u set last_active_at = now()
  where u.id = (
    select a.id from web_builder.users as a
    where a.id = person and a.id = auth.uid() and coalesce(a.last_active_at, '-infinity') <= now() - interval '1 minute'
    for no key update skip locked);
end
$$;
comment on function web_builder_private.use(uuid, text, bigint, timestamptz) is
  'Counts a use (a column of user_usage) for the moment''s month; refuses (402) what the tier does not allow, and then counts nothing';
alter function web_builder_private.use(uuid, text, bigint, timestamptz) owner to hedgerow_definer;

create function web_builder.my_usage() returns table (resource text, used bigint, allowed numeric, tier text)
language plpgsql stable security definer set search_path = ''
as $$
declare
  tier_now constant text := web_builder_private.tier_of(web_builder_private.me());
  row_now web_builder.user_usage;
begin
  if tier_now is null then
    return;
  end if;
  select * into row_now from web_builder.user_usage as u
  where u.user_id = web_builder_private.me() and u.month = date_trunc('month', now() at time zone 'UTC');
  return query
    select r.resource, coalesce((to_jsonb(row_now) ->> r.resource)::bigint, 0),
      (web_builder_private.setting('subscription_limits') -> tier_now ->> r.resource)::numeric, tier_now
    from unnest('{campaigns_generated,ai_credits_used,storage_bytes_used,api_calls_made}'::text[]) as r (resource);
end
$$;
comment on function web_builder.my_usage() is 'What you used this month and what your tier allows

`allowed` is null where there is no limit.';
alter function web_builder.my_usage() owner to hedgerow_definer;
grant execute on function web_builder.my_usage() to authenticated;

create function web_builder.record_api_calls(user_id uuid, calls integer default 1) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  if record_api_calls.calls < 1 then
    raise sqlstate 'PT400' using message = 'calls is less than 1', hint = 'Calls are counted, never taken back.';
  end if;
  perform web_builder_private.use(record_api_calls.user_id, 'api_calls_made', record_api_calls.calls);
end
$$;
comment on function web_builder.record_api_calls(uuid, integer) is 'Counts calls to connected platforms; 402 when the tier allows no more. Service only';
alter function web_builder.record_api_calls(uuid, integer) owner to hedgerow_definer;
grant execute on function web_builder.record_api_calls(uuid, integer) to service_role;
