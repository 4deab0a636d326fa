-- Who sees whose rows (AB-01). People see their own, admins everybody's. Written as `user_id = me or is_admin`, no index would answer
-- it; as a range of user ids, which for people is one id wide and for admins takes in all, one index answers both:
--
--   using (user_id between (select app_builder_private.sees_from()) and (select app_builder_private.sees_to()))

create or replace function app_builder_private.sees_from() returns text
language plpgsql stable security definer parallel safe set search_path = '' as $$
begin
  return (select case u.role when 'USER' then u.id else '' end from app_builder.users as u where u.auth_id = auth.uid());
end $$;
comment on function app_builder_private.sees_from() is 'The first user id whose rows the signed-in person sees; null when nobody is signed in';

create or replace function app_builder_private.sees_to() returns text
language plpgsql stable security definer parallel safe set search_path = '' as $$
begin
  -- 37 z: an id is at most 36 of a-z, 0-9 and -, so every one of them sorts before it, in any collation.
  return (select case u.role when 'USER' then u.id else repeat('z', 37) end from app_builder.users as u where u.auth_id = auth.uid());
end $$;
comment on function app_builder_private.sees_to() is 'The last user id whose rows the signed-in person sees; null when nobody is signed in';

create or replace function app_builder_private.owns_project(project text) returns boolean
language plpgsql stable security definer parallel safe set search_path = '' as $$
begin
  return exists (select from app_builder.projects as p where p.id = project and p.user_id = app_builder_private.me());
end $$;
comment on function app_builder_private.owns_project(text) is 'Whether the project is the signed-in person''s. For checks of one row';

alter function app_builder_private.sees_from() owner to hedgerow_definer;
alter function app_builder_private.sees_to() owner to hedgerow_definer;
alter function app_builder_private.owns_project(text) owner to hedgerow_definer;
grant execute on function app_builder_private.sees_from(), app_builder_private.sees_to(), app_builder_private.owns_project(text)
  to anon, authenticated, service_role;
