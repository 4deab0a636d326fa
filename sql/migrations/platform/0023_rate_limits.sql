-- Rate limits held by the database: they are the same for every gateway. A fixed window for each bucket; the row's
-- lock makes the count exact under parallel callers.

create unlogged table hedgerow.rate_limits (
  bucket text primary key,
  window_start timestamptz not null,
  taken integer not null
);
comment on table hedgerow.rate_limits is
  'Calls taken from each bucket in its current window. Unlogged: after a crash every window starts anew.';

create function hedgerow.take_rate(bucket text, allowed integer, per interval default '1 minute',
  moment timestamptz default clock_timestamp())
returns void
language plpgsql security definer set search_path = ''
as $$
declare
  this_window constant timestamptz := date_bin(per, moment, timestamptz 'epoch');
  taken_now integer;
begin
  insert into hedgerow.rate_limits as r (bucket, window_start, taken) values (take_rate.bucket, this_window, 1)
  on conflict on constraint rate_limits_pkey do update set
    taken = case when r.window_start = excluded.window_start then r.taken + 1 else 1 end,
    window_start = excluded.window_start
  returning r.taken into taken_now;
  if taken_now > allowed then
    raise sqlstate 'PT429' using
      message = format('too many calls: %s in %s are allowed', allowed, per),
      hint = format('Try again in %s seconds.', ceil(extract(epoch from this_window + per - moment)));
  end if;
end
$$;
comment on function hedgerow.take_rate(text, integer, interval, timestamptz) is
  'Takes one call from a bucket; raises 429 when more than allowed were taken in this window. A refused call is not counted: it rolls back.';

create function hedgerow.delete_old_rate_limits(moment timestamptz default now()) returns integer
language sql security definer set search_path = ''
as $$
  with gone as (delete from hedgerow.rate_limits where window_start < moment - interval '1 day' returning 1)
  select count(*)::integer from gone
$$;
comment on function hedgerow.delete_old_rate_limits(timestamptz) is 'Deletes buckets that nobody has used for a day; returns how many.';
grant execute on function hedgerow.delete_old_rate_limits(timestamptz) to hedgerow_jobs, service_role;

-- Forced RLS binds the tables' owner; these run as the definer.
alter function hedgerow.take_rate(text, integer, interval, timestamptz) owner to hedgerow_definer;
alter function hedgerow.delete_old_rate_limits(timestamptz) owner to hedgerow_definer;
