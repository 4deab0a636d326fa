-- Whether everybody may see a template, as a boolean of its own. PostgreSQL lets a policy use what it knows of a column's values only through operators
-- that are leakproof: that of boolean is, that of enum types is not. Of `status = 'published'` the planner cannot know how little is published, and
-- walks through the table.

alter table appforge.templates add column is_published boolean generated always as (status = 'published') stored;
create index idx_templates_is_published on appforge.templates (created_at desc) where is_published;
comment on column appforge.templates.is_published is 'Whether everybody sees it: its status is published';
