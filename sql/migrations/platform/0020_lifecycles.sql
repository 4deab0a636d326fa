-- Status columns move only along their lifecycle (C-06). One trigger function serves every table that has a "status":
-- the first argument is the noun for the message, the others are the moves, written "from>to".

create function hedgerow.keep_lifecycle() returns trigger
language plpgsql set search_path = ''
as $$
declare
  noun constant text := tg_argv[0];
  reachable text;
begin
  if new.status is not distinct from old.status then
    return new;
  end if;
  if coalesce(old.status || '>' || new.status = any (tg_argv), false) then
    return new;
  end if;
  select string_agg('"' || split_part(move, '>', 2) || '"', ', ' order by ordinal) into reachable
  from unnest(tg_argv[1:]) with ordinality as moves (move, ordinal)
  where split_part(move, '>', 1) = old.status;
  raise sqlstate 'PT409' using
    message = format('%s %s cannot move from "%s" to "%s"', noun, old.id, old.status, coalesce(new.status, 'null')),
    hint = case when reachable is null then format('"%s" is final.', old.status)
      else format('From "%s" it can move to %s.', old.status, reachable) end;
end
$$;
comment on function hedgerow.keep_lifecycle() is
  'Trigger, before update of status: refuses (409) a move that its arguments, "from>to" after the noun, do not name.';
