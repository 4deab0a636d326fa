-- What a client writes is bounded before it reaches an index, a row of which holds 2,704 bytes. Checked for rows to come here, for those that there are in
-- the next script.

alter table public.files
  add constraint files_path_fits check (octet_length(path) <= 2048) not valid,
  add constraint files_storage_path_fits check (octet_length(storage_path) <= 2048) not valid;
alter table public.users add constraint users_github_username_fits check (char_length(github_username) <= 100) not valid;
alter table public.environment_variables add constraint environment_variables_key_fits check (char_length(key) <= 255) not valid;
