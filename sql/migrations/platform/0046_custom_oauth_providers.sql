-- Providers that an administrator added over the API. Supabase's table without its cache of discovery documents: gateways keep that themselves.
create table auth.custom_oauth_providers (
  id uuid primary key default gen_random_uuid(),
  provider_type text not null check (provider_type in ('oauth2', 'oidc')),
  identifier text not null check (identifier ~ '^custom:[a-zA-Z0-9_-]+$' and char_length(identifier) <= 107),
  name text not null check (char_length(name) between 1 and 100),
  client_id text not null check (char_length(client_id) between 1 and 512),
  client_secret text not null,
  acceptable_client_ids text[] not null default '{}',
  scopes text[] not null default '{}',
  pkce_enabled boolean not null default true,
  attribute_mapping jsonb not null default '{}' check (jsonb_typeof(attribute_mapping) = 'object'),
  authorization_params jsonb not null default '{}' check (jsonb_typeof(authorization_params) = 'object'),
  enabled boolean not null default true,
  email_optional boolean not null default false,
  issuer text,
  discovery_url text,
  skip_nonce_check boolean not null default false,
  authorization_url text,
  token_url text,
  userinfo_url text,
  jwks_uri text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  custom_claims_allowlist text[] not null default '{}',
  constraint custom_oauth_providers_oidc_requires_issuer check (provider_type <> 'oidc' or issuer is not null),
  constraint custom_oauth_providers_oauth2_requires_endpoints
    check (provider_type <> 'oauth2' or (authorization_url is not null and token_url is not null and userinfo_url is not null))
);

comment on table auth.custom_oauth_providers is 'Providers beside the built-in ones, made over /admin/custom-providers';
comment on column auth.custom_oauth_providers.client_secret is 'Encrypted by the auth room (aes-gcm:…), or in clear where it was imported so';

-- Names of providers are compared without regard to case.
create unique index custom_oauth_providers_identifier_key on auth.custom_oauth_providers (lower(identifier));

grant select, insert, update, delete on auth.custom_oauth_providers to hedgerow_auth;
