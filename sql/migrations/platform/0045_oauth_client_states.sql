-- What a sign-in at another provider needs when it comes back, beside its row in auth.flow_state. Supabase's table, which keeps no nonce.
-- The row is spent by the first callback: a state is good once.
create table auth.oauth_client_states (
  id uuid primary key,
  provider_type text not null,
  code_verifier text,
  created_at timestamptz not null,
  nonce text
);

comment on table auth.oauth_client_states is 'Sign-ins at other providers that have not come back yet';
comment on column auth.oauth_client_states.code_verifier is 'Proves to the provider that whoever redeems its code also asked for it (PKCE)';
comment on column auth.oauth_client_states.nonce is 'Must stand in the id_token that comes back (OpenID Connect Core, 3.1.3.7)';

create index idx_oauth_client_states_created_at on auth.oauth_client_states (created_at);

-- A state is spent through the flow that names it.
create index flow_state_oauth_client_state_id_idx on auth.flow_state (oauth_client_state_id);

grant select, insert, update, delete on auth.oauth_client_states to hedgerow_auth;
