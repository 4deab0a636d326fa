-- As in 0009, but that a component whose latest version was moved to another place is shown there, and only there.

create or replace view web_builder.current_components with (security_invoker = true) as
select c.*
from web_builder.campaign_components as c
where not exists (
  select from web_builder.campaign_components as later
  where coalesce(later.parent_component_id, later.id) = coalesce(c.parent_component_id, c.id) and later.version > c.version)
order by c.campaign_id, c.sort_order, c.id;
