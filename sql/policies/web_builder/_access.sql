-- Whose rows the signed-in person sees, as functions that the policies of this schema call: STABLE, asked once a statement with `(select …)`, and
-- arrays that an index answers. web_builder_private.me() (migrations) is null for an account that is inactive here, so nothing is theirs.

create or replace function web_builder_private.my_campaigns() returns uuid[]
language plpgsql stable security definer parallel safe set search_path = '' as $$
begin
  return (select coalesce(array_agg(c.id), '{}') from web_builder.campaigns as c where c.user_id = web_builder_private.me());
end $$;
comment on function web_builder_private.my_campaigns() is 'The signed-in person''s campaigns';

create or replace function web_builder_private.my_integrations() returns uuid[]
language plpgsql stable security definer parallel safe set search_path = '' as $$
begin
  return (select coalesce(array_agg(i.id), '{}') from web_builder.platform_integrations as i where i.user_id = web_builder_private.me());
end $$;
comment on function web_builder_private.my_integrations() is 'The signed-in person''s integrations';

create or replace function web_builder_private.my_purchases() returns uuid[]
language plpgsql stable security definer parallel safe set search_path = '' as $$
begin
  return (select coalesce(array_agg(p.component_id), '{}') from web_builder.component_purchases as p where p.user_id = web_builder_private.me());
end $$;
comment on function web_builder_private.my_purchases() is 'The library''s components that the signed-in person bought';

create or replace function web_builder_private.may_like(component uuid) returns boolean
language plpgsql stable security definer parallel safe set search_path = '' as $$
begin
  return exists (
    select from web_builder.component_library as c
    where c.id = component and (c.is_public or c.is_marketplace_item or c.user_id = web_builder_private.me()));
end $$;
comment on function web_builder_private.may_like(uuid) is 'Whether the signed-in person can see the component somewhere';

alter function web_builder_private.my_campaigns() owner to hedgerow_definer;
alter function web_builder_private.my_integrations() owner to hedgerow_definer;
alter function web_builder_private.my_purchases() owner to hedgerow_definer;
alter function web_builder_private.may_like(uuid) owner to hedgerow_definer;
grant execute on function
  web_builder_private.my_campaigns(), web_builder_private.my_integrations(), web_builder_private.my_purchases(), web_builder_private.may_like(uuid)
  to anon, authenticated, service_role;
