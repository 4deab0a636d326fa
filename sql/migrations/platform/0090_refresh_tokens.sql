-- A refresh is asked for more often than anything else of the auth room. As one statement with a CTE for each row that it writes, it spent more time on
-- setting up what it might do than on doing it. A function does one thing after the other, and only what is called for.
create function hedgerow.spend_refresh_token(
  token_id bigint, token text, successor text, session_id uuid, user_id uuid, actor text, touched timestamptz, agent text, address text)
returns boolean
language plpgsql volatile
-- Every row is found by a key. A plan that was made while a table was small must not read it from end to end once it has grown.
set enable_seqscan = off
as $$
begin
  -- The session first and then the token, each where it is still as it was found: of parallel requests with one token exactly one spends it, and the others
  -- find that nothing was spent. What follows sessions (triggers on updated_at) is told once a minute: nobody looks more often.
  if touched > now() - interval '1 minute' then
    update auth.sessions s set refreshed_at = now() at time zone 'utc', user_agent = agent, ip = coalesce(address::inet, s.ip)
    where s.id = spend_refresh_token.session_id;
  else
    update auth.sessions s set refreshed_at = now() at time zone 'utc', updated_at = now(), user_agent = agent, ip = coalesce(address::inet, s.ip)
    where s.id = spend_refresh_token.session_id;
  end if;
  if not found then return false; end if;
  update auth.refresh_tokens rt set revoked = true, updated_at = now() where rt.id = token_id and not rt.revoked;
  if not found then return false; end if;

  insert into auth.refresh_tokens (instance_id, token, user_id, revoked, created_at, updated_at, parent, session_id)
  values ('00000000-0000-0000-0000-000000000000', successor, spend_refresh_token.user_id, false, now(), now(), spend_refresh_token.token, spend_refresh_token.session_id);
  -- As the auth room writes its other entries (src/Auth/Audit/AuditLog.cs). Joined text costs a fraction of what json_build_object does.
  insert into auth.audit_log_entries (instance_id, id, payload, created_at, ip_address)
  values (
    '00000000-0000-0000-0000-000000000000', gen_random_uuid(),
    ('{"action":"token_refreshed","actor_id":"' || spend_refresh_token.user_id || '","actor_username":' || to_json(actor)
      || ',"actor_via_sso":false,"log_type":"token","traits":null,"user_agent":' || coalesce(to_json(agent)::text, 'null') || '}')::json,
    now(), coalesce(address, ''));
  return true;
end
$$;
comment on function hedgerow.spend_refresh_token(bigint, text, text, uuid, uuid, text, timestamptz, text, text) is
  'Spends a refresh token that was found good and puts its successor in force, unless another has spent it meanwhile or the session has ended: then false. `touched` is the session''s updated_at as it was found.';
revoke execute on function hedgerow.spend_refresh_token(bigint, text, text, uuid, uuid, text, timestamptz, text, text) from public;
grant execute on function hedgerow.spend_refresh_token(bigint, text, text, uuid, uuid, text, timestamptz, text, text) to hedgerow_auth;
