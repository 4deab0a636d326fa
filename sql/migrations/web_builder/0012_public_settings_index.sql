-- What everybody reads of the settings is found, however many there are.

create index idx_app_settings_public on web_builder.app_settings (key) where is_public;
