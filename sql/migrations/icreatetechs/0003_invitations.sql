-- Invitations by e-mail address. The seed has no table for them; workspace_members.invited_by presumes them.

create table public.workspace_invitations (
  id uuid primary key default gen_random_uuid(),
  workspace_id uuid not null references public.workspaces (id) on delete cascade,
  email text not null check (email = lower(email) and email ~ '^[^@\s]+@[^@\s]+$' and char_length(email) <= 320),
  role text not null check (role in ('owner', 'admin', 'member', 'viewer')),
  status text not null default 'pending' check (status in ('pending', 'accepted', 'declined', 'revoked')),
  invited_by uuid references public.users (id) on delete set null,
  accepted_by uuid references public.users (id) on delete set null,
  expires_at timestamptz not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

comment on table public.workspace_invitations is
  'Who was asked to join a workspace. Read by its admins and by whoever owns the address; written by rpc/invite_member and its sisters';
comment on column public.workspace_invitations.email is 'In lower case. Only an account that has confirmed this address can accept or decline';
comment on column public.workspace_invitations.expires_at is 'A pending invitation cannot be accepted after this';

create unique index idx_workspace_invitations_pending on public.workspace_invitations (workspace_id, email) where status = 'pending';
create index idx_workspace_invitations_email on public.workspace_invitations (email);
create index idx_workspace_invitations_inviter on public.workspace_invitations (invited_by);
create index idx_workspace_invitations_accepted_by on public.workspace_invitations (accepted_by) where accepted_by is not null;

alter table public.workspace_invitations enable row level security;
alter table public.workspace_invitations force row level security;

create trigger update_workspace_invitations_updated_at before update on public.workspace_invitations
  for each row execute function public.update_updated_at_column();

-- The token that a mail carries. In a schema of its own, so that `select *` on the invitations can never show it, and hashed,
-- so that nobody can read it at all: invite_member returns it once.
create table hedgerow.invitation_tokens (
  invitation_id uuid primary key references public.workspace_invitations (id) on delete cascade,
  token_hash bytea not null unique
);

comment on table hedgerow.invitation_tokens is 'SHA-256 of each invitation''s token';

-- C-06: pending → accepted | declined | revoked, and nothing after.
create function hedgerow.check_invitation_status() returns trigger
language plpgsql set search_path = '' as $$
begin
  raise sqlstate 'PT409' using
    message = format('this invitation is %s and cannot become %s', old.status, new.status),
    hint = 'An invitation works once: ask for a new one.';
end $$;

create trigger check_invitation_status before update of status on public.workspace_invitations
  for each row when (old.status <> 'pending' and new.status <> old.status)
  execute function hedgerow.check_invitation_status();

-- Whoever loses a role can no longer hand it out: what they offered above their new one is taken back.
create function hedgerow.revoke_offers_above_role() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  remaining int := case tg_op when 'DELETE' then 0 else hedgerow.role_rank(new.role) end;
begin
  update public.workspace_invitations i set status = 'revoked'
  where i.workspace_id = old.workspace_id and i.invited_by = old.user_id and i.status = 'pending'
    and (remaining < hedgerow.role_rank('admin') or hedgerow.role_rank(i.role) > remaining);
  return null;
end $$;

alter function hedgerow.revoke_offers_above_role() owner to hedgerow_definer;

create trigger revoke_offers_on_update after update of role on public.workspace_members
  for each row when (old.role in ('owner', 'admin') and new.role <> old.role)
  execute function hedgerow.revoke_offers_above_role();

create trigger revoke_offers_on_delete after delete on public.workspace_members
  for each row when (old.role in ('owner', 'admin'))
  execute function hedgerow.revoke_offers_above_role();

-- A deleted account leaves `invited_by` empty before the membership goes, so the trigger above no longer finds what it offered.
create function hedgerow.revoke_orphaned_offer() returns trigger
language plpgsql set search_path = '' as $$
begin
  new.status := 'revoked';
  return new;
end $$;

create trigger revoke_orphaned_offer before update of invited_by on public.workspace_invitations
  for each row when (old.status = 'pending' and old.invited_by is not null and new.invited_by is null)
  execute function hedgerow.revoke_orphaned_offer();

create function public.invite_member(
  workspace_id uuid, email text, role text default 'member', expires_in interval default '7 days',
  out invitation_id uuid, out token text, out expires_at timestamptz)
language plpgsql security definer set search_path = '' as $$
declare
  actor text := hedgerow.workspace_role(invite_member.workspace_id);
  address text := lower(trim(invite_member.email));
begin
  if hedgerow.role_rank(actor) < hedgerow.role_rank('admin') then
    raise sqlstate 'PT403' using
      message = 'only owners and admins invite people to a workspace',
      hint = 'Ask one of them, or check the workspace_id.';
  end if;
  if invite_member.role is null or hedgerow.role_rank(invite_member.role) = 0 then
    raise sqlstate 'PT400' using
      message = format('"%s" is not a role of a workspace', invite_member.role),
      hint = 'Roles are owner, admin, member and viewer.';
  end if;
  if hedgerow.role_rank(invite_member.role) > hedgerow.role_rank(actor) then
    raise sqlstate 'PT403' using
      message = format('a workspace''s %s cannot make somebody %s', actor, invite_member.role),
      hint = 'Nobody grants more than they hold.';
  end if;
  if address is null or address !~ '^[^@\s]+@[^@\s]+$' then
    raise sqlstate 'PT400' using
      message = format('"%s" is not an e-mail address', invite_member.email),
      hint = 'Send something like ada@example.com.';
  end if;
  if invite_member.expires_in is null or not (invite_member.expires_in > '0' and invite_member.expires_in <= '90 days') then
    raise sqlstate 'PT400' using
      message = 'an invitation is valid for more than nothing and at most 90 days',
      hint = 'Send expires_in as an interval such as "7 days", or leave it out.';
  end if;
  if exists (
    select from public.workspace_members m
    join auth.users u on u.id = m.user_id
    where m.workspace_id = invite_member.workspace_id and lower(u.email) = address) then
    raise sqlstate 'PT409' using
      message = format('%s is a member of this workspace already', address),
      hint = 'Change the role with rpc/change_member_role.';
  end if;

  -- A new invitation replaces the one that is still open: the old token stops working.
  update public.workspace_invitations i set status = 'revoked'
  where i.workspace_id = invite_member.workspace_id and i.email = address and i.status = 'pending';

  token := replace(replace(rtrim(encode(extensions.gen_random_bytes(32), 'base64'), '='), '+', '-'), '/', '_');
  insert into public.workspace_invitations as i (workspace_id, email, role, invited_by, expires_at)
  values (invite_member.workspace_id, address, invite_member.role, auth.uid(), now() + invite_member.expires_in)
  returning i.id, i.expires_at into invitation_id, expires_at;
  insert into hedgerow.invitation_tokens values (invitation_id, sha256(token::bytea));
exception when unique_violation then
  raise sqlstate 'PT409' using
    message = format('%s is being invited by somebody else at this moment', address),
    hint = 'Look at workspace_invitations, and try again if it is not there.';
end $$;

comment on function public.invite_member(uuid, text, text, interval) is
  'Invites an e-mail address to a workspace

Owners and admins invite, up to their own role. Returns the token once: it belongs into the mail to that address. Only an account that has confirmed the address can accept.';

-- The invitation meant by an id or a token, locked, if it is for the signed-in user. Anything else is the same 404:
-- a stranger learns nothing about an invitation that is not theirs.
create function hedgerow.invitation_for_me(wanted uuid, token text) returns public.workspace_invitations
language plpgsql security definer set search_path = '' as $$
declare
  invitation public.workspace_invitations;
begin
  select i.* into invitation
  from public.workspace_invitations i
  where i.id = coalesce(wanted, (
      select t.invitation_id from hedgerow.invitation_tokens t where t.token_hash = sha256(token::bytea)))
    and i.email = hedgerow.confirmed_email()
  for update;
  if not found then
    raise sqlstate 'PT404' using
      message = 'there is no such invitation for you',
      hint = 'Sign in with the address that was invited, and confirm that address first.';
  end if;
  if invitation.status <> 'pending' then
    raise sqlstate 'PT409' using
      message = format('this invitation is %s already', invitation.status),
      hint = 'An invitation works once: ask for a new one.';
  end if;
  return invitation;
end $$;

create function public.accept_invitation(invitation_id uuid default null, token text default null) returns public.workspace_members
language plpgsql security definer set search_path = '' as $$
declare
  invitation public.workspace_invitations := hedgerow.invitation_for_me(accept_invitation.invitation_id, accept_invitation.token);
  membership public.workspace_members;
begin
  if invitation.expires_at <= now() then
    raise sqlstate 'PT410' using
      message = format('this invitation expired at %s', invitation.expires_at),
      hint = 'Ask for a new one.';
  end if;
  insert into public.workspace_members as m (workspace_id, user_id, role, invited_by)
  values (invitation.workspace_id, auth.uid(), invitation.role, invitation.invited_by)
  -- Somebody who was added in the meantime keeps the higher of the two roles.
  on conflict (workspace_id, user_id) do update
    set role = case when hedgerow.role_rank(excluded.role) > hedgerow.role_rank(m.role) then excluded.role else m.role end
  returning * into membership;
  update public.workspace_invitations i set status = 'accepted', accepted_by = auth.uid() where i.id = invitation.id;
  return membership;
end $$;

comment on function public.accept_invitation(uuid, text) is
  'Joins the workspace of an invitation, named by its id or by the token from the mail

Works once, before it expires, for the account that has confirmed the invited address. Returns the membership.';

create function public.decline_invitation(invitation_id uuid default null, token text default null) returns void
language plpgsql security definer set search_path = '' as $$
declare
  invitation public.workspace_invitations := hedgerow.invitation_for_me(decline_invitation.invitation_id, decline_invitation.token);
begin
  update public.workspace_invitations i set status = 'declined' where i.id = invitation.id;
end $$;

comment on function public.decline_invitation(uuid, text) is 'Declines an invitation to the signed-in user, named by its id or by the token from the mail';

create function public.revoke_invitation(invitation_id uuid) returns void
language plpgsql security definer set search_path = '' as $$
declare
  invitation public.workspace_invitations;
  actor text;
begin
  select i.* into invitation from public.workspace_invitations i where i.id = revoke_invitation.invitation_id for update;
  actor := hedgerow.workspace_role(invitation.workspace_id);
  if invitation.id is null or hedgerow.role_rank(actor) < hedgerow.role_rank('admin') then
    raise sqlstate 'PT404' using
      message = 'there is no such invitation in a workspace that you manage',
      hint = 'Owners and admins see them in workspace_invitations.';
  end if;
  if hedgerow.role_rank(invitation.role) > hedgerow.role_rank(actor) then
    raise sqlstate 'PT403' using
      message = format('a workspace''s %s cannot revoke an invitation as %s', actor, invitation.role),
      hint = 'Ask an owner.';
  end if;
  update public.workspace_invitations i set status = 'revoked' where i.id = invitation.id;
  if invitation.status = 'revoked' then
    raise sqlstate 'PT409' using
      message = 'this invitation is revoked already',
      hint = 'Nothing is left to do.';
  end if;
end $$;

comment on function public.revoke_invitation(uuid) is 'Takes a pending invitation back. For owners and admins of its workspace';

alter function public.invite_member(uuid, text, text, interval) owner to hedgerow_definer;
alter function hedgerow.invitation_for_me(uuid, text) owner to hedgerow_definer;
alter function public.accept_invitation(uuid, text) owner to hedgerow_definer;
alter function public.decline_invitation(uuid, text) owner to hedgerow_definer;
alter function public.revoke_invitation(uuid) owner to hedgerow_definer;

grant execute on function
  public.invite_member(uuid, text, text, interval), public.accept_invitation(uuid, text), public.decline_invitation(uuid, text),
  public.revoke_invitation(uuid)
  to authenticated;
