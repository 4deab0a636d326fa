-- Text messages go through the same queue as mails, each channel delivered by those gateways that have a provider for it.

alter table auth.mail_queue
  add column channel text not null default 'email' check (channel in ('email', 'sms', 'whatsapp')),
  add column code text not null default '';

comment on table auth.mail_queue is 'Mails and text messages that wait to be sent. They hold tokens in clear: a row goes with its delivery, and what is given up loses subject, body and code';
comment on column auth.mail_queue.channel is 'How it travels. For sms and whatsapp the recipient is a phone number (E.164 without the plus sign)';
comment on column auth.mail_queue.kind is 'The template of a mail: confirmation, invite, magic_link, recovery, email_change, reauthentication; of a text message: confirmation, phone_change, reauthentication, mfa';
comment on column auth.mail_queue.code is 'The one-time code of a text message, for providers that fill in templates of their own';
comment on table auth.mail_turns is 'When each address or phone number was last asked to be written to, known or not. Rows go within a day';
