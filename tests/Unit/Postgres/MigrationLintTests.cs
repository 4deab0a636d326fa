using Hedgerow.Postgres.Migrations;

namespace Hedgerow.Tests.Unit.Postgres;

/// <summary>C-08: what would stop people while a script runs is found before it runs.</summary>
public sealed class MigrationLintTests
{
    [Theory]
    [InlineData("alter table public.orders add column total int not null")]
    [InlineData("alter table orders add total int NOT NULL, add note text")]
    [InlineData("ALTER TABLE ONLY public.orders\n  add note text,\n  add column if not exists total numeric(10, 2) not null check (total > 0)")]
    [InlineData("alter table orders add column id uuid primary key")]
    public void C_08_A_required_column_without_a_default_is_found(string script)
    {
        var finding = Assert.Single(Lint(script));
        Assert.Equal(2, finding.Line);
        Assert.Contains("public.orders.", finding.Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("alter table orders add column total int not null default 0")]
    [InlineData("alter table orders add column total int")]
    [InlineData("alter table orders add column total int generated always as (a + b) stored not null")]
    [InlineData("alter table orders add column id bigserial not null")]
    [InlineData("alter table orders alter column total set not null")]
    [InlineData("alter table orders add constraint total_there check (total is not null) not valid")]
    [InlineData("-- alter table orders add column total int not null")]
    [InlineData("comment on table orders is 'alter table orders add column total int not null'")]
    [InlineData("create table orders (id int); alter table orders add column total int not null")]
    public void C_08_What_stops_nobody_is_left_alone(string script) => Assert.Empty(Lint(script));

    [Theory]
    [InlineData("create index on orders (total)")]
    [InlineData("create unique index orders_total_idx on public.orders using btree (total)")]
    [InlineData("alter table orders add constraint orders_total_key unique (total)")]
    public void C_08_An_index_that_blocks_the_writers_of_a_large_table_is_found(string script)
    {
        Assert.Single(Lint(script, rows: MigrationLint.Large));
        Assert.Empty(Lint(script, rows: MigrationLint.Large - 1));
    }

    [Theory]
    [InlineData("create index if not exists orders_total_idx on orders (total)")]
    [InlineData("create index on customers (name)")]
    [InlineData("alter table orders add constraint orders_total_key unique using index orders_total_idx")]
    public void C_08_An_index_that_is_there_or_small_is_left_alone(string script) => Assert.Empty(Lint(script, rows: MigrationLint.Large));

    private static IReadOnlyList<MigrationFinding> Lint(string script, long rows = 0) =>
        MigrationLint.Check([new Script("app/0001_change.sql", "-- What it is for.\n" + script + ";\n")], table => table == "public.orders" ? rows : 0);
}
