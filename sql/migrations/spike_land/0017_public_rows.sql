-- Whether everybody may see a row, as a boolean of its own. PostgreSQL lets a policy use what it knows of a column's values only through operators that are
-- leakproof: that of boolean is, that of enum types is not. Of `privacy = 'PUBLIC'` the planner cannot know that next to nothing is public, and walks
-- through the table.

alter table spike_land.apps add column is_listed boolean generated always as (status = 'ACTIVE') stored;
create index apps_listed_idx on spike_land.apps (created_at desc) where is_listed;
comment on column spike_land.apps.is_listed is 'Whether everybody sees it: it is ACTIVE';

alter table spike_land.albums add column is_listed boolean generated always as (privacy = 'PUBLIC') stored;
create index albums_listed_idx on spike_land.albums (created_at desc) where is_listed;
comment on column spike_land.albums.is_listed is 'Whether everybody sees it: it is PUBLIC';

alter table spike_land.enhancement_pipelines add column is_listed boolean generated always as (visibility = 'PUBLIC' or user_id is null) stored;
create index enhancement_pipelines_listed_idx on spike_land.enhancement_pipelines (created_at desc) where is_listed;
comment on column spike_land.enhancement_pipelines.is_listed is 'Whether everybody sees it: it is PUBLIC, or the system''s';
