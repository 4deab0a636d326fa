-- Managing members by rpc. A row of workspace_members can be changed and deleted by REST as well; these say why they refuse
-- where a table answers with nothing.

create function public.change_member_role(workspace_id uuid, user_id uuid, role text) returns public.workspace_members
language plpgsql set search_path = '' as $$
declare
  membership public.workspace_members;
begin
  if change_member_role.role is null or hedgerow.role_rank(change_member_role.role) = 0 then
    raise sqlstate 'PT400' using
      message = format('"%s" is not a role of a workspace', change_member_role.role),
      hint = 'Roles are owner, admin, member and viewer.';
  end if;
  -- SECURITY INVOKER: RLS and the triggers on the table decide, as they do for a PATCH.
  update public.workspace_members m set role = change_member_role.role
  where m.workspace_id = change_member_role.workspace_id and m.user_id = change_member_role.user_id
  returning * into membership;
  if not found then
    perform hedgerow.explain_untouched_member(change_member_role.workspace_id);
  end if;
  return membership;
end $$;

comment on function public.change_member_role(uuid, uuid, text) is
  'Changes what a member is: owner, admin, member or viewer

For owners and admins, up to their own role. The last owner stays owner.';

create function public.remove_member(workspace_id uuid, user_id uuid) returns void
language plpgsql set search_path = '' as $$
begin
  delete from public.workspace_members m
  where m.workspace_id = remove_member.workspace_id and m.user_id = remove_member.user_id;
  if not found then
    perform hedgerow.explain_untouched_member(remove_member.workspace_id);
  end if;
end $$;

comment on function public.remove_member(uuid, uuid) is 'Removes a member. For owners and admins; only an owner removes an owner';

create function public.leave_workspace(workspace_id uuid) returns void
language plpgsql set search_path = '' as $$
begin
  delete from public.workspace_members m
  where m.workspace_id = leave_workspace.workspace_id and m.user_id = auth.uid();
  if not found then
    perform hedgerow.explain_untouched_member(leave_workspace.workspace_id);
  end if;
end $$;

comment on function public.leave_workspace(uuid) is 'Leaves a workspace. Its last owner cannot';

create function hedgerow.explain_untouched_member(workspace uuid) returns void
language plpgsql set search_path = '' as $$
declare
  actor text := hedgerow.workspace_role(workspace);
begin
  if actor in ('owner', 'admin') then
    raise sqlstate 'PT404' using
      message = 'this person is not a member of the workspace',
      hint = 'Invite them with rpc/invite_member.';
  elsif actor is not null then
    raise sqlstate 'PT403' using
      message = format('a workspace''s %s does not manage its members', actor),
      hint = 'Ask an owner or admin.';
  end if;
  raise sqlstate 'PT404' using
    message = 'you are not a member of such a workspace',
    hint = 'workspaces lists those that you belong to.';
end $$;

grant execute on function hedgerow.explain_untouched_member(uuid) to authenticated;

create function public.transfer_ownership(workspace_id uuid, new_owner_id uuid) returns public.workspaces
language plpgsql security definer set search_path = '' as $$
declare
  workspace public.workspaces;
begin
  select w.* into workspace from public.workspaces w
  where w.id = transfer_ownership.workspace_id and w.owner_id = auth.uid()
  for no key update;
  if not found then
    raise sqlstate 'PT403' using
      message = 'only the owner of a workspace transfers it',
      hint = 'The workspace''s owner_id says who that is.';
  end if;
  -- Locked, so that the new owner cannot leave in between.
  perform from public.workspace_members m
  where m.workspace_id = workspace.id and m.user_id = transfer_ownership.new_owner_id
  for update;
  if not found then
    raise sqlstate 'PT409' using
      message = 'the new owner is not a member of the workspace',
      hint = 'Invite them first (rpc/invite_member).';
  end if;
  -- The trigger follow_owner_id moves both memberships.
  update public.workspaces w set owner_id = transfer_ownership.new_owner_id where w.id = workspace.id returning * into workspace;
  return workspace;
end $$;

comment on function public.transfer_ownership(uuid, uuid) is
  'Hands a workspace over to one of its members

For the workspace''s owner_id alone, who becomes admin. Both change in one step.';

create function public.list_members(workspace_id uuid)
returns table (user_id uuid, role text, email text, full_name text, avatar_url text, invited_by uuid, joined_at timestamptz)
language plpgsql stable security definer set search_path = '' as $$
begin
  if not hedgerow.has_workspace_role(list_members.workspace_id, 'viewer') then
    return; -- nothing, as a table would show
  end if;
  return query
    select m.user_id, m.role, u.email, u.full_name, u.avatar_url, m.invited_by, m.joined_at
    from public.workspace_members m
    join public.users u on u.id = m.user_id
    where m.workspace_id = list_members.workspace_id
    order by hedgerow.role_rank(m.role) desc, m.joined_at, m.user_id;
end $$;

comment on function public.list_members(uuid) is
  'The people of a workspace, with names and addresses, for its members

A profile in `users` is read by its owner alone; this shows colleagues what they need of each other.';

alter function public.transfer_ownership(uuid, uuid) owner to hedgerow_definer;
alter function public.list_members(uuid) owner to hedgerow_definer;

grant execute on function
  public.change_member_role(uuid, uuid, text), public.remove_member(uuid, uuid), public.leave_workspace(uuid),
  public.transfer_ownership(uuid, uuid), public.list_members(uuid)
  to authenticated;
