-- A profile is its person's own. What colleagues need of each other comes from rpc/list_members.

revoke all on public.users from anon, authenticated;
grant select on public.users to authenticated;
-- Not the id and the e-mail address, which follow auth.users.
grant update (full_name, avatar_url, bio, github_username, twitter_username, website_url, preferences, updated_at) on public.users to authenticated;

create policy "Users can view own profile" on public.users for select
  using ((select auth.uid()) = id);

create policy "Users can update own profile" on public.users for update
  using ((select auth.uid()) = id);
