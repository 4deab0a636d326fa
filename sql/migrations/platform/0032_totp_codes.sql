-- A code of an authenticator app passes once (RFC 6238 §5.2): the factor remembers the step of the last one. Supabase's table has no such
-- column; tools that write it leave this one alone.
alter table auth.mfa_factors add column last_totp_step bigint;

comment on column auth.mfa_factors.last_totp_step is 'The 30 s step, counted from 1970, of the last code that was taken; codes up to it are spent';
comment on column auth.mfa_factors.secret is 'TOTP: the Base32 secret, encrypted by the auth room (aes-gcm:…), or in clear where it was imported so';
