-- Mail of the auth room. A mail is queued in the transaction of the token that it carries, so that there is never one without the other, and leaves
-- the table when the SMTP server has taken it. SMTP cannot be part of a transaction: a gateway that dies between the server's answer and the delete
-- sends the mail once more (at least once, with the same Message-ID).

create table auth.mail_queue (
  id bigint generated always as identity primary key,
  user_id uuid not null references auth.users (id) on delete cascade,
  kind text not null,
  recipient text not null,
  subject text not null,
  body text not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  due_at timestamptz not null default now(),
  attempts integer not null default 0,
  last_error text,
  failed_at timestamptz
);

comment on table auth.mail_queue is 'Mails that wait to be sent. They hold tokens in clear: a row goes with its delivery, and a mail that is given up loses subject and body';
comment on column auth.mail_queue.kind is 'The template: confirmation, invite, magic_link, recovery, email_change, reauthentication';
comment on column auth.mail_queue.expires_at is 'When the token inside is worth nothing any more, and the mail with it';
comment on column auth.mail_queue.due_at is 'When it may be tried (again). A sender that takes the mail moves this past the longest time that sending takes';
comment on column auth.mail_queue.last_error is 'What the SMTP server, or the way to it, said last';
comment on column auth.mail_queue.failed_at is 'When it was given up; kept for a month, for whoever asks where the mail is';

create index mail_queue_due_idx on auth.mail_queue (due_at) where failed_at is null;
create index mail_queue_failed_idx on auth.mail_queue (failed_at) where failed_at is not null;
create index mail_queue_user_id_idx on auth.mail_queue (user_id);

-- When an address was last written to, whether or not anybody has it: asking again is refused for both alike.
create table auth.mail_turns (
  address text not null,
  purpose text not null,
  taken_at timestamptz not null,
  primary key (address, purpose)
);

comment on table auth.mail_turns is 'When each address was last asked to be written to, known or not. Rows go within a day';

create index mail_turns_taken_at_idx on auth.mail_turns (taken_at);

-- The auth room, and nobody else: not even functions of the definer.
revoke all on auth.mail_queue, auth.mail_turns from hedgerow_definer;
grant select, insert, update, delete on auth.mail_queue, auth.mail_turns to hedgerow_auth;

alter table auth.mail_queue enable row level security, force row level security;
alter table auth.mail_turns enable row level security, force row level security;
create policy auth_room on auth.mail_queue to hedgerow_auth using (true) with check (true);
create policy auth_room on auth.mail_turns to hedgerow_auth using (true) with check (true);
