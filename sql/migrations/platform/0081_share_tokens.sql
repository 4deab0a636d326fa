-- Links that are shared: whoever holds the token reads the row. A client sends it as the header x-share-token.
--
-- A policy compares digests, not tokens: how long a comparison takes (or a lookup in an index of digests) then says nothing about how much
-- of a guessed token is right. With an index on (hedgerow.token_digest(share_token)) it reads
--
--   using (hedgerow.token_digest(share_token) = (select hedgerow.share_token_digest()))

create function hedgerow.token_digest(token text) returns bytea
language sql immutable strict parallel safe set search_path = ''
as $$
  select pg_catalog.sha256(pg_catalog.convert_to(token, 'UTF8'))
$$;
comment on function hedgerow.token_digest(text) is 'SHA-256 of a token: what is indexed and compared in its place';

create function hedgerow.share_token() returns text
language sql stable parallel safe set search_path = ''
as $$
  select nullif(trim(hedgerow.request_header('x-share-token')), '')
$$;
comment on function hedgerow.share_token() is 'The header x-share-token of the current request, or null';

create function hedgerow.share_token_digest() returns bytea
language sql stable parallel safe set search_path = ''
as $$
  select hedgerow.token_digest(hedgerow.share_token())
$$;
comment on function hedgerow.share_token_digest() is 'The digest of the current request''s x-share-token, or null, which equals nothing';

create function hedgerow.new_share_token() returns text
language sql volatile parallel safe set search_path = ''
as $$
  select translate(encode(extensions.gen_random_bytes(24), 'base64'), '+/', '-_')
$$;
comment on function hedgerow.new_share_token() is 'A new token for a link: 192 random bits, 32 characters that a URL takes as they are';

alter function hedgerow.token_digest(text) owner to hedgerow_definer;
alter function hedgerow.new_share_token() owner to hedgerow_definer;
grant execute on function
  hedgerow.token_digest(text), hedgerow.share_token(), hedgerow.share_token_digest(), hedgerow.new_share_token()
  to anon, authenticated, service_role, hedgerow_admin, hedgerow_definer;
