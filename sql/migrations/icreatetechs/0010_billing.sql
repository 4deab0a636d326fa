-- Plans, customers, subscriptions and invoices (IC-08). Money is integer cents (C-07). Stripe is the truth about
-- who pays what: the billing room mirrors it here as service_role, people only read.

create function hedgerow.are_plan_limits(limits jsonb) returns boolean
language sql immutable parallel safe set search_path = ''
as $$
  select case when jsonb_typeof(limits) = 'object' then not exists (
    select from jsonb_each(limits) as l
    where case jsonb_typeof(l.value)
      when 'number' then l.value::numeric < 0
      when 'null' then false
      else true
    end
  ) else false end
$$;
comment on function hedgerow.are_plan_limits(jsonb) is
  'Whether a plan''s limits are an object of non-negative numbers; null, like an absent key, means unlimited.';
-- A check constraint runs as whoever writes the row.
grant execute on function hedgerow.are_plan_limits(jsonb) to service_role, hedgerow_definer;

create table public.subscription_plans (
  id uuid primary key default gen_random_uuid(),
  name text not null unique,
  slug text not null unique,
  description text,
  price_monthly integer not null,
  price_yearly integer not null,
  stripe_price_id_monthly text,
  stripe_price_id_yearly text,
  features jsonb not null default '[]',
  limits jsonb not null default '{}',
  is_active boolean default true,
  sort_order integer default 0,
  created_at timestamptz default now(),
  updated_at timestamptz default now(),
  constraint subscription_plans_price_positive check (price_monthly >= 0 and price_yearly >= 0),
  constraint subscription_plans_slug_is_url_safe check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
  constraint subscription_plans_features_is_list check (jsonb_typeof(features) = 'array'),
  constraint subscription_plans_limits_are_numbers check (hedgerow.are_plan_limits(limits))
);
create index idx_subscription_plans_active on public.subscription_plans (is_active, sort_order);
comment on table public.subscription_plans is 'Subscription tiers. Active ones are public; written by service only.';
comment on column public.subscription_plans.price_monthly is 'Cents a month.';
comment on column public.subscription_plans.price_yearly is 'Cents a year.';
comment on column public.subscription_plans.limits is
  'What the plan allows its payer: {"projects": 10, "ai_tokens": 100000, "storage_gb": 5}. Tokens count per billing period. Null or absent: unlimited.';

create table public.customers (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null unique references public.users (id) on delete cascade,
  stripe_customer_id text unique not null,
  email text,
  billing_address jsonb,
  metadata jsonb default '{}',
  created_at timestamptz default now(),
  updated_at timestamptz default now()
);
create index idx_customers_user on public.customers (user_id);
create index idx_customers_stripe on public.customers (stripe_customer_id);
comment on table public.customers is 'The Stripe customer of a user. Read by that user, written by billing.';

create table public.subscriptions (
  id uuid primary key default gen_random_uuid(),
  customer_id uuid not null references public.customers (id) on delete cascade,
  plan_id uuid not null references public.subscription_plans (id),
  stripe_subscription_id text unique not null,
  status text not null check (status in ('active', 'past_due', 'canceled', 'unpaid', 'trialing')),
  billing_interval text not null check (billing_interval in ('monthly', 'yearly')),
  current_period_start timestamptz not null,
  current_period_end timestamptz not null,
  cancel_at_period_end boolean default false,
  canceled_at timestamptz,
  trial_start timestamptz,
  trial_end timestamptz,
  created_at timestamptz default now(),
  updated_at timestamptz default now(),
  constraint subscriptions_period_runs_forward check (current_period_end > current_period_start)
);
create index idx_subscriptions_customer on public.subscriptions (customer_id);
create index idx_subscriptions_plan on public.subscriptions (plan_id);
create index idx_subscriptions_status on public.subscriptions (status);
create index idx_subscriptions_period_end on public.subscriptions (current_period_end);
comment on table public.subscriptions is 'Stripe subscriptions. Read by their customer''s user, written by billing.';

create table public.invoices (
  id uuid primary key default gen_random_uuid(),
  customer_id uuid not null references public.customers (id) on delete cascade,
  stripe_invoice_id text unique not null,
  amount_due integer not null check (amount_due >= 0),
  amount_paid integer check (amount_paid >= 0),
  currency text default 'usd',
  status text not null check (status in ('draft', 'open', 'paid', 'void', 'uncollectible')),
  invoice_pdf_url text,
  period_start timestamptz,
  period_end timestamptz,
  paid_at timestamptz,
  created_at timestamptz default now()
);
create index idx_invoices_customer on public.invoices (customer_id, created_at desc);
create index idx_invoices_status on public.invoices (status);
comment on table public.invoices is 'Payment history. Amounts in cents of the currency. Read by their customer''s user, written by billing.';

-- C-06: Stripe never leaves "canceled"; between the others it moves both ways.
create trigger subscriptions_lifecycle before update of status on public.subscriptions
  for each row execute function hedgerow.keep_lifecycle('subscription',
    'trialing>active', 'trialing>past_due', 'trialing>unpaid', 'trialing>canceled',
    'active>trialing', 'active>past_due', 'active>unpaid', 'active>canceled',
    'past_due>active', 'past_due>unpaid', 'past_due>canceled', 'unpaid>active', 'unpaid>past_due', 'unpaid>canceled');
-- A webhook for "open" may be missed, so that a draft may become paid or void at once.
create trigger invoices_lifecycle before update of status on public.invoices
  for each row execute function hedgerow.keep_lifecycle('invoice',
    'draft>open', 'draft>paid', 'draft>void', 'open>paid', 'open>void', 'open>uncollectible',
    'uncollectible>paid', 'uncollectible>void');

-- IC-09 rests on the plan "free": without it, a user with no subscription would have no limits to hold.
create function hedgerow.keep_free_plan() returns trigger
language plpgsql set search_path = ''
as $$
begin
  if old.slug = 'free' and (tg_op = 'DELETE' or new.slug <> 'free') then
    raise sqlstate 'PT409' using
      message = 'the plan "free" can neither be deleted nor change its slug',
      hint = 'Everyone without a subscription is on it. Change its limits or its name instead.';
  end if;
  return case when tg_op = 'DELETE' then old else new end;
end
$$;
create trigger subscription_plans_keep_free before update of slug or delete on public.subscription_plans
  for each row execute function hedgerow.keep_free_plan();

insert into public.subscription_plans (name, slug, description, price_monthly, price_yearly, features, limits, sort_order) values
  ('Free', 'free', 'To try things out, alone or with a friend.', 0, 0,
    '["Unlimited members", "Community support"]',
    '{"projects": 10, "ai_tokens": 100000, "storage_gb": 5}', 0),
  ('Pro', 'pro', 'For people who build for a living.', 2000, 20000,
    '["Unlimited members", "Deployments to production", "E-mail support"]',
    '{"projects": 100, "ai_tokens": 2000000, "storage_gb": 100}', 10),
  ('Team', 'team', 'For teams that ship every day.', 8000, 80000,
    '["Unlimited members", "Deployments to production", "Audit trail", "Priority support"]',
    '{"projects": 1000, "ai_tokens": 20000000, "storage_gb": 1000}', 20),
  ('Enterprise', 'enterprise', 'Without limits, with an agreement.', 50000, 500000,
    '["Unlimited everything", "Service-level agreement", "Named contact"]',
    '{"projects": null, "ai_tokens": null, "storage_gb": null}', 30);

alter table public.subscription_plans enable row level security;
alter table public.subscription_plans force row level security;
alter table public.customers enable row level security;
alter table public.customers force row level security;
alter table public.subscriptions enable row level security;
alter table public.subscriptions force row level security;
alter table public.invoices enable row level security;
alter table public.invoices force row level security;

create trigger update_subscription_plans_updated_at before update on public.subscription_plans
  for each row execute function public.update_updated_at_column();
create trigger update_customers_updated_at before update on public.customers
  for each row execute function public.update_updated_at_column();
create trigger update_subscriptions_updated_at before update on public.subscriptions
  for each row execute function public.update_updated_at_column();
