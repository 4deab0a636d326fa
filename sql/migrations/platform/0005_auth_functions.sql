-- Who asks, for policies. The gateway sets `request.jwt.claims` for the transaction; older SQL sets one setting per claim
-- (`request.jwt.claim.sub`), which wins as it does in Supabase. A setting that was set once in a session reads as '' afterwards, hence nullif.

create function auth.uid() returns uuid
language sql stable parallel safe as $$
  select coalesce(
    nullif(current_setting('request.jwt.claim.sub', true), ''),
    nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub'
  )::uuid
$$;

comment on function auth.uid() is 'The id of the signed-in user (claim `sub`), null when nobody is signed in';

create function auth.role() returns text
language sql stable parallel safe as $$
  select coalesce(
    nullif(current_setting('request.jwt.claim.role', true), ''),
    nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role'
  )
$$;

comment on function auth.role() is 'The role that the token names: anon, authenticated, service_role';

create function auth.email() returns text
language sql stable parallel safe as $$
  select coalesce(
    nullif(current_setting('request.jwt.claim.email', true), ''),
    nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'email'
  )
$$;

comment on function auth.email() is 'The e-mail address in the token. A policy should prefer the row in auth.users: tokens outlive changes';

create function auth.jwt() returns jsonb
language sql stable parallel safe as $$
  select coalesce(
    nullif(current_setting('request.jwt.claim', true), ''),
    nullif(current_setting('request.jwt.claims', true), '')
  )::jsonb
$$;

comment on function auth.jwt() is 'All claims of the token';

grant execute on function auth.uid(), auth.role(), auth.email(), auth.jwt() to public;
