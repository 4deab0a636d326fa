-- AI generations, what they cost, and what stops them (WB-06, WB-07).

create table web_builder.ai_generations (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null default auth.uid() references web_builder.users (id) on delete cascade,
  campaign_id uuid references web_builder.campaigns (id) on delete set null,
  component_id uuid references web_builder.campaign_components (id) on delete set null,
  generation_type varchar(50) not null check (generation_type in ('campaign', 'component', 'enhancement', 'analysis', 'migration_plan')),
  prompt_text text not null check (prompt_text ~ '\S'),
  reference_images text[] not null default '{}',
  model_used varchar(100),
  prompt_tokens integer not null default 0 check (prompt_tokens >= 0),
  completion_tokens integer not null default 0 check (completion_tokens >= 0),
  cost decimal(8,4) not null default 0 check (cost >= 0),
  status varchar(20) not null default 'processing' check (status in ('processing', 'completed', 'failed', 'cancelled')),
  result_data jsonb,
  error_message text,
  generation_time_seconds integer check (generation_time_seconds >= 0),
  iterations integer not null default 1 check (iterations > 0),
  user_rating integer check (user_rating between 1 and 5),
  user_feedback text,
  accepted boolean,
  completed_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index idx_ai_generations_user_id on web_builder.ai_generations (user_id, created_at desc);
create index idx_ai_generations_created_at on web_builder.ai_generations (created_at);
create index idx_ai_generations_cost on web_builder.ai_generations (cost);
create index idx_ai_generations_campaign on web_builder.ai_generations (campaign_id, created_at) include (cost);
create index idx_ai_generations_component on web_builder.ai_generations (component_id);
create index idx_ai_generations_processing on web_builder.ai_generations (created_at) where status = 'processing';
comment on table web_builder.ai_generations is
  'What AI was asked for, what it made and what that cost

processing → completed, failed or cancelled. A new one is refused (402) above the day''s cost limit or the month''s credits. Its person
cancels, rates and accepts; service reports.';
comment on column web_builder.ai_generations.generation_type is 'campaign, component, enhancement, analysis or migration_plan';
comment on column web_builder.ai_generations.model_used is 'Decides whose cost it is: gpt-… and o1-… are OpenAI''s, claude-… Anthropic''s';
comment on column web_builder.ai_generations.cost is 'Dollars, four places. Written by service, as are tokens and results';
comment on column web_builder.ai_generations.user_rating is '1 to 5, once it is completed';
comment on column web_builder.ai_generations.accepted is 'Whether its person took it, once it is completed';

create table web_builder.ai_cost_tracking (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references web_builder.users (id) on delete cascade,
  date date not null,
  openai_cost decimal(8,4) not null default 0,
  anthropic_cost decimal(8,4) not null default 0,
  total_cost decimal(8,4) not null default 0,
  generations_count integer not null default 0,
  tokens_used integer not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (user_id, date)
);
create index idx_ai_cost_tracking_date on web_builder.ai_cost_tracking (date) include (total_cost);
comment on table web_builder.ai_cost_tracking is 'What AI cost each person each day (UTC): always the sum of that day''s generations. Written by the database';
comment on column web_builder.ai_cost_tracking.total_cost is 'Of all providers, those without a column included';

create table web_builder.ai_cost_alerts (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references web_builder.users (id) on delete cascade,
  date date not null,
  threshold decimal(8,4) not null,
  total_cost decimal(8,4) not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (user_id, date)
);
comment on table web_builder.ai_cost_alerts is 'A day''s cost went above the threshold of the setting ai_cost_alert_threshold: once a day and person';

alter table web_builder.ai_generations enable row level security, force row level security;
alter table web_builder.ai_cost_tracking enable row level security, force row level security;
alter table web_builder.ai_cost_alerts enable row level security, force row level security;
create trigger touch_updated_at before update on web_builder.ai_generations for each row execute function hedgerow.touch_updated_at();
create trigger touch_updated_at before update on web_builder.ai_cost_tracking for each row execute function hedgerow.touch_updated_at();
create trigger touch_updated_at before update on web_builder.ai_cost_alerts for each row execute function hedgerow.touch_updated_at();
create trigger keep_lifecycle before update of status on web_builder.ai_generations
  for each row execute function hedgerow.keep_lifecycle('generation',
    'processing>completed', 'processing>failed', 'processing>cancelled');

create function web_builder_private.check_generation() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if new.campaign_id is not null and not exists (
    select from web_builder.campaigns as c where c.id = new.campaign_id and c.user_id = new.user_id) then
    raise sqlstate 'PT403' using
      message = format('campaign %s is not one of this person''s', new.campaign_id), hint = 'campaigns lists them.';
  end if;
  if new.component_id is not null and not exists (
    select from web_builder.campaign_components as k join web_builder.campaigns as c on c.id = k.campaign_id
    where k.id = new.component_id and c.user_id = new.user_id and (new.campaign_id is null or c.id = new.campaign_id)) then
    raise sqlstate 'PT403' using
      message = format('component %s is not one of this person''s in that campaign', new.component_id), hint = 'campaign_components lists them.';
  end if;
  return new;
end
$$;
comment on function web_builder_private.check_generation() is 'Row trigger: campaign and component are the same person''s, whoever writes';
alter function web_builder_private.check_generation() owner to hedgerow_definer;
create trigger check_generation before insert or update of user_id, campaign_id, component_id on web_builder.ai_generations
  for each row execute function web_builder_private.check_generation();

create function web_builder_private.judge_generation() returns trigger
language plpgsql set search_path = ''
as $$
begin
  if tg_op = 'UPDATE' and new.status is distinct from old.status and new.status <> 'cancelled' and current_user in ('anon', 'authenticated') then
    raise sqlstate 'PT403' using
      message = format('that a generation is %s is for the platform to say', new.status), hint = 'Its person may cancel it.';
  end if;
  if new.status <> 'processing' and (tg_op = 'INSERT' or old.status = 'processing') then
    new.completed_at := coalesce(new.completed_at, clock_timestamp());
    new.generation_time_seconds := coalesce(new.generation_time_seconds, greatest(0, round(extract(epoch from new.completed_at - new.created_at))));
  end if;
  if (new.user_rating is not null or new.accepted is not null) and new.status <> 'completed' then
    raise sqlstate 'PT409' using
      message = format('a generation that is %s cannot be rated or accepted', new.status), hint = 'Wait until it is completed.';
  end if;
  return new;
end
$$;
comment on function web_builder_private.judge_generation() is 'Row trigger: people cancel, the platform reports; a generation that ends knows when; only a completed one is rated or accepted';
create trigger time_generation before insert or update on web_builder.ai_generations
  for each row execute function web_builder_private.judge_generation();

-- Below the limit or not is asked under locks that hold until the commit, so that of many at once no more pass than the limit allows.
create function web_builder_private.admit_generation() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  today constant date := (new.created_at at time zone 'UTC')::date;
  limits constant jsonb := web_builder_private.setting('ai_cost_limit');
  shutoff constant jsonb := web_builder_private.setting('ai_shutoff');
  tier constant text := web_builder_private.tier_of(new.user_id, new.created_at);
  allowed constant numeric := (limits -> 'per_user' ->> tier)::numeric;
  allowed_to_all constant numeric := (limits ->> 'total')::numeric;
  spent numeric;
begin
  if (shutoff ->> 'all')::boolean or shutoff -> 'users' ? new.user_id::text then
    raise sqlstate 'PT402' using
      message = 'AI generation is shut off', hint = 'The operator has stopped it, to keep costs from running away. Try again later.';
  end if;
  if allowed_to_all is not null then
    perform pg_advisory_xact_lock(hashtext('web_builder.ai_cost'), 0);
    select coalesce(sum(t.total_cost), 0) into spent from web_builder.ai_cost_tracking as t where t.date = today;
    if spent >= allowed_to_all or spent + new.cost > allowed_to_all then
      raise sqlstate 'PT402' using
        message = format('all together may spend $%s on AI a day', allowed_to_all), detail = format('$%s are spent.', spent), hint = 'Try again tomorrow.';
    end if;
  end if;
  if allowed is not null then
    perform pg_advisory_xact_lock(hashtext('web_builder.ai_cost_of'), hashtext(new.user_id::text));
    select coalesce(sum(t.total_cost), 0) into spent from web_builder.ai_cost_tracking as t where t.user_id = new.user_id and t.date = today;
    if spent >= allowed or spent + new.cost > allowed then
      raise sqlstate 'PT402' using
        message = format('the tier "%s" may spend $%s on AI a day', tier, allowed), detail = format('$%s are spent.', spent),
        hint = 'Upgrade, or go on tomorrow.';
    end if;
  end if;
  return new;
end
$$;
comment on function web_builder_private.admit_generation() is 'Row trigger: refuses (402) a new generation above the day''s cost limit of its person or of all, and when AI is shut off';
alter function web_builder_private.admit_generation() owner to hedgerow_definer;
create trigger admit_generation before insert on web_builder.ai_generations
  for each row execute function web_builder_private.admit_generation();

create function web_builder_private.count_generation() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform web_builder_private.use(new.user_id, 'ai_credits_used', 1);
  return null;
end
$$;
comment on function web_builder_private.count_generation() is 'Row trigger: a generation is a credit of the month';
alter function web_builder_private.count_generation() owner to hedgerow_definer;
create trigger count_use after insert on web_builder.ai_generations
  for each row execute function web_builder_private.count_generation();

create function web_builder_private.add_cost(g web_builder.ai_generations, sign integer) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  day constant date := (g.created_at at time zone 'UTC')::date;
  openai constant numeric := case when g.model_used ~* '^(openai/)?(gpt|o[0-9]|davinci|dall-e|chatgpt)' then sign * g.cost else 0 end;
  anthropic constant numeric := case when g.model_used ~* '^(anthropic/)?claude' then sign * g.cost else 0 end;
  threshold constant numeric := (web_builder_private.setting('ai_cost_alert_threshold') ->> web_builder_private.tier_of(g.user_id))::numeric;
  total numeric;
begin
  if sign > 0 then
    insert into web_builder.ai_cost_tracking as t (user_id, date, openai_cost, anthropic_cost, total_cost, generations_count, tokens_used)
    values (g.user_id, day, openai, anthropic, g.cost, 1, g.prompt_tokens + g.completion_tokens)
    on conflict (user_id, date) do update set
      openai_cost = t.openai_cost + excluded.openai_cost, anthropic_cost = t.anthropic_cost + excluded.anthropic_cost,
      total_cost = t.total_cost + excluded.total_cost, generations_count = t.generations_count + 1,
      tokens_used = t.tokens_used + excluded.tokens_used
    returning t.total_cost into total;
    if total > threshold then
      insert into web_builder.ai_cost_alerts (user_id, date, threshold, total_cost) values (g.user_id, day, threshold, total)
      on conflict (user_id, date) do nothing;
    end if;
  else
    update web_builder.ai_cost_tracking as t set
      openai_cost = t.openai_cost + openai, anthropic_cost = t.anthropic_cost + anthropic, total_cost = t.total_cost - g.cost,
      generations_count = t.generations_count - 1, tokens_used = t.tokens_used - g.prompt_tokens - g.completion_tokens
    where t.user_id = g.user_id and t.date = day;
  end if;
end
$$;
comment on function web_builder_private.add_cost(web_builder.ai_generations, integer) is
  'Adds a generation to its day (sign 1) or takes it out (-1); raises the day''s one alert when the threshold is passed';
alter function web_builder_private.add_cost(web_builder.ai_generations, integer) owner to hedgerow_definer;

create function web_builder_private.track_cost() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if tg_op <> 'INSERT' then
    perform web_builder_private.add_cost(old, -1);
  end if;
  if tg_op <> 'DELETE' then
    perform web_builder_private.add_cost(new, 1);
  end if;
  return null;
end
$$;
comment on function web_builder_private.track_cost() is 'Row trigger: ai_cost_tracking is the sum of the day''s generations';
alter function web_builder_private.track_cost() owner to hedgerow_definer;
create trigger track_cost after insert or delete on web_builder.ai_generations
  for each row execute function web_builder_private.track_cost();
create trigger track_changed_cost after update on web_builder.ai_generations
  for each row when ((old.cost, old.model_used, old.prompt_tokens, old.completion_tokens, old.created_at, old.user_id)
    is distinct from (new.cost, new.model_used, new.prompt_tokens, new.completion_tokens, new.created_at, new.user_id))
  execute function web_builder_private.track_cost();

create function web_builder_private.follow_campaign_generation() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  update web_builder.campaigns as c set status = 'ready' where c.id = new.campaign_id and c.status = 'generating';
  return null;
end
$$;
comment on function web_builder_private.follow_campaign_generation() is 'Row trigger: a campaign that is generating becomes ready when it has been generated';
alter function web_builder_private.follow_campaign_generation() owner to hedgerow_definer;
create trigger follow_generation after update of status on web_builder.ai_generations
  for each row when (new.status = 'completed' and old.status = 'processing' and new.generation_type = 'campaign' and new.campaign_id is not null)
  execute function web_builder_private.follow_campaign_generation();

create function web_builder.generate_campaign(campaign_id uuid, prompt_text text, model_used text default 'claude-sonnet', reference_images text[] default '{}')
returns web_builder.ai_generations
language plpgsql security definer set search_path = ''
as $$
declare
  begun web_builder.ai_generations;
begin
  perform from web_builder.campaigns as c
  where c.id = generate_campaign.campaign_id and c.user_id = web_builder_private.me() for no key update;
  if not found then
    raise sqlstate 'PT404' using message = format('you have no campaign %s', campaign_id), hint = 'campaigns lists yours.';
  end if;
  -- One that is generating already may be asked again, after a failure for instance.
  update web_builder.campaigns as c set status = 'generating' where c.id = generate_campaign.campaign_id and c.status <> 'generating';
  insert into web_builder.ai_generations (user_id, campaign_id, generation_type, prompt_text, model_used, reference_images)
  values (web_builder_private.me(), generate_campaign.campaign_id, 'campaign', generate_campaign.prompt_text, generate_campaign.model_used,
    generate_campaign.reference_images)
  returning * into begun;
  return begun;
end
$$;
comment on function web_builder.generate_campaign(uuid, text, text, text[]) is
  'Lets AI write a campaign

The campaign moves to generating (409 where it cannot) and to ready when the generation completes. 402 above the day''s cost limit or the month''s credits.';
alter function web_builder.generate_campaign(uuid, text, text, text[]) owner to hedgerow_definer;
grant execute on function web_builder.generate_campaign(uuid, text, text, text[]) to authenticated;
