-- Keys that sign access tokens beside the configured ones: `hedgerow keys rotate` adds them, every gateway reads them every few seconds. The private
-- halves are encrypted with a key that the database does not hold.

create table hedgerow.jwt_keys (
  id uuid primary key,
  algorithm text not null check (algorithm in ('HS256', 'RS256', 'ES256')),
  sealed_jwk text not null,
  created_at timestamptz not null default now(),
  signs_at timestamptz not null,
  verifies_until timestamptz
);

comment on table hedgerow.jwt_keys is 'Signing keys beside the configured ones. The one whose signs_at is the latest past signs';
comment on column hedgerow.jwt_keys.id is 'The kid';
comment on column hedgerow.jwt_keys.sealed_jwk is 'The JWK with its private half, encrypted by the auth room (aes-gcm:…)';
comment on column hedgerow.jwt_keys.signs_at is 'From when on it signs; until then every gateway has learnt to verify it';
comment on column hedgerow.jwt_keys.verifies_until is 'When the last token that it signed has expired; null while no other key has replaced it';

revoke all on hedgerow.jwt_keys from hedgerow_definer;
grant select on hedgerow.jwt_keys to hedgerow_auth;
