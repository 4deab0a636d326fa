-- Nobody asks for the tokens that replaced one: which came after which is told by their ids. One index less to write at each refresh (0054 dropped others).
drop index auth.refresh_tokens_parent_idx;
