-- What sign-ins leave behind goes within days (supabase/auth, internal/models/cleanup.go). Rows that somebody is using are skipped: the next run finds them.

create function hedgerow.clean_up_auth(moment timestamptz default now(), timebox interval default null, inactivity interval default null)
returns integer
language plpgsql security definer set search_path = '' as $$
declare
  gone integer;
  total integer := 0;
begin
  -- In the order in which everybody else takes them: sessions by id, then refresh tokens.
  delete from auth.sessions where id in (
    select s.id from auth.sessions as s
    where s.not_after < moment - interval '1 day'
      or s.created_at + timebox < moment - interval '1 day'
      or coalesce(s.refreshed_at at time zone 'utc', s.created_at) + inactivity < moment - interval '1 day'
    order by s.id for update skip locked);
  get diagnostics gone = row_count;
  total := total + gone;

  -- No index helps to find them: it would have to be written at each refresh. A spent token that comes again tells of a theft and ends its session. Supabase forgets it after a day; whoever was robbed may be away longer than that.
  delete from auth.refresh_tokens where id in (
    select t.id from auth.refresh_tokens as t where t.revoked and t.updated_at < moment - interval '30 days' for update skip locked);
  get diagnostics gone = row_count;
  total := total + gone;

  -- No code is good for more than a day. While one side of a change of address can still agree, the other side's token stays, however old: its presence is
  -- what tells that both must.
  delete from auth.one_time_tokens where id in (
    select t.id from auth.one_time_tokens as t
    where t.created_at < moment at time zone 'utc' - interval '2 days'
      and not (t.token_type in ('email_change_token_new', 'email_change_token_current') and exists (
        select from auth.one_time_tokens as other
        where other.user_id = t.user_id and other.token_type in ('email_change_token_new', 'email_change_token_current')
          and other.created_at >= moment at time zone 'utc' - interval '2 days'))
    for update skip locked);
  get diagnostics gone = row_count;
  total := total + gone;

  delete from auth.flow_state where id in (
    select f.id from auth.flow_state as f where coalesce(f.auth_code_issued_at, f.created_at) < moment - interval '2 days' for update skip locked);
  get diagnostics gone = row_count;
  total := total + gone;

  delete from auth.oauth_client_states where id in (
    select o.id from auth.oauth_client_states as o where o.created_at < moment - interval '2 days' for update skip locked);
  get diagnostics gone = row_count;
  total := total + gone;

  delete from auth.mfa_challenges where id in (
    select c.id from auth.mfa_challenges as c where c.created_at < moment - interval '1 day' for update skip locked);
  get diagnostics gone = row_count;
  total := total + gone;

  delete from auth.mfa_factors where id in (
    select f.id from auth.mfa_factors as f where f.status = 'unverified' and f.created_at < moment - interval '1 day' for update skip locked);
  get diagnostics gone = row_count;
  return total + gone;
end
$$;

comment on function hedgerow.clean_up_auth(timestamptz, interval, interval) is
  'Deletes ended sessions, old spent refresh tokens, codes and flows that nobody came back with, unfinished factors; returns how many rows. Where sessions end by '
  'Auth:SessionTimebox or Auth:SessionInactivityTimeout, tell it: nothing in the database knows those.';

alter function hedgerow.clean_up_auth(timestamptz, interval, interval) owner to hedgerow_definer;
grant execute on function hedgerow.clean_up_auth(timestamptz, interval, interval) to hedgerow_jobs, service_role;

select hedgerow.register_upkeep('platform.clean-up-auth', 'hedgerow.clean_up_auth');
