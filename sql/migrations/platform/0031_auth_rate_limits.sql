-- The auth room counts tries at short codes, for all replicas together.
grant execute on function hedgerow.take_rate(text, integer, interval, timestamptz) to hedgerow_auth;
