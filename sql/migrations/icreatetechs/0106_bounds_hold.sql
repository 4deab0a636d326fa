alter table public.files
  validate constraint files_path_fits,
  validate constraint files_storage_path_fits;
alter table public.users validate constraint users_github_username_fits;
alter table public.environment_variables validate constraint environment_variables_key_fits;
