-- A person reads where they are signed in. The platform writes it (triggers on auth.sessions, hedgerow.touch_sessions).

revoke all on public.user_sessions_extended from anon, authenticated;
grant select on public.user_sessions_extended to authenticated;

create policy "Users can view their sessions" on public.user_sessions_extended for select to authenticated
  using (user_id = (select auth.uid()));
