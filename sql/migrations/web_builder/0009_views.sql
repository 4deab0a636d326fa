-- What a client would otherwise join by hand. security_invoker: whoever asks sees through them what the tables show.

create view web_builder.campaign_overview with (security_invoker = true) as
select c.id, c.user_id, c.name, c.status, c.type, c.views, c.conversions, c.revenue_generated, c.currency, c.launched_at, c.created_at, c.updated_at,
  k.components, g.cost_this_month, g.generations_this_month
from web_builder.campaigns as c
cross join lateral (
  select count(*) as components from web_builder.campaign_components as x where x.campaign_id = c.id and x.parent_component_id is null) as k
cross join lateral (
  select coalesce(sum(x.cost), 0) as cost_this_month, count(*) as generations_this_month from web_builder.ai_generations as x
  where x.campaign_id = c.id and x.created_at >= date_trunc('month', now() at time zone 'UTC') at time zone 'UTC') as g;
comment on view web_builder.campaign_overview is 'Campaigns with how many components they have and what AI cost for them this month';
comment on column web_builder.campaign_overview.components is 'Not counting their versions';
comment on column web_builder.campaign_overview.cost_this_month is 'Dollars, four places; the month is UTC''s';

create view web_builder.current_components with (security_invoker = true) as
select distinct on (c.campaign_id, c.sort_order, coalesce(c.parent_component_id, c.id)) c.*
from web_builder.campaign_components as c
order by c.campaign_id, c.sort_order, coalesce(c.parent_component_id, c.id), c.version desc;
comment on view web_builder.current_components is 'The latest version of each component, in the campaign''s order';
grant select on web_builder.campaign_overview, web_builder.current_components to authenticated, service_role;
