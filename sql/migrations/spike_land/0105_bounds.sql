-- What a client writes is bounded before it reaches an index (a row of which holds 2,704 bytes), and numbers are numbers: NaN is greater than every
-- amount. Checked for rows to come here, for those that there are in the next script.

alter table spike_land.enhanced_images add constraint enhanced_images_key_fits check (octet_length(original_r2_key) <= 1024) not valid;
alter table spike_land.mcp_generation_jobs add constraint mcp_generation_jobs_input_key_fits check (octet_length(input_image_r2_key) <= 1024) not valid;
alter table spike_land.merch_cart_items add constraint merch_cart_items_key_fits check (octet_length(uploaded_image_r2_key) <= 1024) not valid;
alter table spike_land.audio_tracks
  add constraint audio_tracks_key_fits check (octet_length(file_r2_key) <= 1024) not valid,
  add constraint audio_tracks_duration_is_a_number check (duration < 'Infinity') not valid;
alter table spike_land.page_views add constraint page_views_path_fits check (octet_length(path) <= 2048) not valid;
alter table spike_land.tracked_urls add constraint tracked_urls_path_fits check (octet_length(path) <= 2048) not valid;
alter table spike_land.campaign_links
  add constraint campaign_links_campaign_fits check (char_length(utm_campaign) <= 200) not valid,
  add constraint campaign_links_external_id_fits check (char_length(external_campaign_id) <= 200) not valid;
alter table spike_land.marketing_accounts add constraint marketing_accounts_account_id_fits check (char_length(account_id) <= 200) not valid;
alter table spike_land.box_tiers add constraint box_tiers_name_fits check (char_length(name) <= 200) not valid;
alter table spike_land.merch_categories
  add constraint merch_categories_name_fits check (char_length(name) <= 200) not valid,
  add constraint merch_categories_slug_fits check (char_length(slug) <= 200) not valid;
alter table spike_land.merch_products
  add constraint merch_products_sku_fits check (char_length(provider_sku) <= 200) not valid,
  add constraint merch_products_prices_are_numbers check (base_price < 'Infinity' and retail_price < 'Infinity') not valid;
alter table spike_land.merch_variants add constraint merch_variants_price_is_a_number check (price_delta < 'Infinity') not valid;
alter table spike_land.tokens_packages
  add constraint tokens_packages_stripe_price_fits check (char_length(stripe_price_id) <= 200) not valid,
  add constraint tokens_packages_price_is_a_number check (price_usd < 'Infinity') not valid;
alter table spike_land.subscription_plans
  add constraint subscription_plans_stripe_price_fits check (char_length(stripe_price_id) <= 200) not valid,
  add constraint subscription_plans_price_is_a_number check (price_gbp < 'Infinity') not valid;
alter table spike_land.monetization_models add constraint monetization_models_price_is_a_number check (price < 'Infinity') not valid;
alter table spike_land.analytics_events
  add constraint analytics_events_value_is_a_number check (value > '-Infinity' and value < 'Infinity') not valid;
