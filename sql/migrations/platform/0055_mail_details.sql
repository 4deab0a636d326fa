-- What a hook that writes the mails itself is told of each: token, hash, links, what changed. Beside the finished mail, of which such a hook gets none.

alter table auth.mail_queue add column details jsonb not null default '{}';

comment on column auth.mail_queue.details is 'What a hook is told in place of subject and body (email_data). It may hold a token: it goes with them';
comment on column auth.mail_queue.kind is 'The template of a mail: confirmation, invite, magic_link, recovery, email_change, reauthentication, and the notices of what changed in an account; of a text message: confirmation, sign_in, phone_change, reauthentication, mfa';
