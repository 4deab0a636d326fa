-- What a client writes is bounded before it reaches a search vector (1 MB) or an index (a row of which holds 2,704 bytes), and amounts are numbers: NaN is
-- greater than every amount, and one such conversion would be a campaign's revenue for good. Constraints are checked for rows to come here, for
-- those that there are in the next script.

create trigger bound_texts before insert or update on web_builder.campaigns
  for each row execute function hedgerow.refuse_long_texts('description', '50000', 'target_audience', '50000');
create trigger bound_texts before insert or update on web_builder.component_library
  for each row execute function hedgerow.refuse_long_texts('description', '50000', 'tags', '2000');
alter table web_builder.component_library
  add constraint component_library_tags_fit check (octet_length(array_to_string(tags, '')) <= 2000) not valid,
  add constraint component_library_price_is_a_number check (price < 'Infinity') not valid;
alter table web_builder.component_purchases add constraint component_purchases_amount_is_a_number check (amount < 'Infinity') not valid;
alter table web_builder.conversions add constraint conversions_value_is_a_number check (value < 'Infinity') not valid;
alter table web_builder.ai_generations add constraint ai_generations_cost_is_a_number check (cost < 'Infinity') not valid;
alter table web_builder.platform_analyses add constraint platform_analyses_cost_is_a_number check (ai_cost < 'Infinity') not valid;
