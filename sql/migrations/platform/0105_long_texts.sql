-- Texts that a search vector is made of. A vector holds 1 MB, and it is made before a check constraint is asked: so it is a trigger that says how long
-- they may be.

create function hedgerow.refuse_long_texts() returns trigger
language plpgsql set search_path = ''
as $$
declare
  written constant jsonb := to_jsonb(new);
  size integer;
begin
  for i in 0 .. tg_nargs - 1 by 2 loop
    size := char_length(written ->> tg_argv[i]);
    if size > tg_argv[i + 1]::integer then
      raise sqlstate 'PT400' using
        message = format('%s of %s has %s characters, and may have %s', tg_argv[i], tg_table_name, size, tg_argv[i + 1]),
        hint = 'Shorten it.';
    end if;
  end loop;
  return new;
end
$$;
comment on function hedgerow.refuse_long_texts() is
  'Row trigger, before each write: refuses (400) a column whose text, as JSON where it is none, is longer than the number after its name';
