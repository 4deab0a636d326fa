using Hedgerow.Postgres;

namespace Hedgerow.Tests.Unit.Postgres;

public sealed class StatementSplitterTests
{
    [Theory]
    [InlineData("")]
    [InlineData(" ;; \n-- only a comment\n/* and /* another */ one */;")]
    public void A_file_without_statements_has_none(string text) => Assert.Empty(StatementSplitter.Split(text));

    [Theory]
    [InlineData("select 1; select 2", "select 1", "select 2")]
    [InlineData("select ';', \"a;b\", E'it\\';s', 'it'';s'; select 2;", "select ';', \"a;b\", E'it\\';s', 'it'';s'", "select 2")]
    [InlineData("select 'a\\'; select 2", "select 'a\\'", "select 2")]
    [InlineData("do $$ begin; end $$; do $a$ $$;$$ $b$; $a$", "do $$ begin; end $$", "do $a$ $$;$$ $b$; $a$")]
    [InlineData("select $1; select a$b$c; select 1", "select $1", "select a$b$c", "select 1")]
    [InlineData("-- a; b\nselect 1 /* ; /* ; */ ; */ + 1; select 2 -- ;", "select 1 /* ; /* ; */ ; */ + 1", "select 2")]
    [InlineData("create rule r as on insert to t do also (insert into a values (1); select 2); select 3",
        "create rule r as on insert to t do also (insert into a values (1); select 2)", "select 3")]
    [InlineData("create or replace function f() returns int begin atomic select 1; select case when true then 1 else 2 end; end; select 2",
        "create or replace function f() returns int begin atomic select 1; select case when true then 1 else 2 end; end", "select 2")]
    [InlineData("select begin from t; select 2", "select begin from t", "select 2")]
    public void A_semicolon_ends_a_statement_only_where_PostgreSQL_says_so(string text, params string[] statements) =>
        Assert.Equal(statements, StatementSplitter.Split(text).Select(statement => statement.Text));

    [Fact]
    public void A_statement_knows_where_it_begins()
    {
        const string text = "-- é\nselect 1;\n\n  select 2";
        Assert.All(StatementSplitter.Split(text), statement => Assert.Equal(statement.Text, text.Substring(statement.Offset, statement.Text.Length)));
        Assert.Equal([5, 18], StatementSplitter.Split(text).Select(statement => statement.Offset));
    }

    [Theory]
    [InlineData("select 1;\nselect 'never closed", "line 2: the string")]
    [InlineData("\n\nselect \"a", "line 3: the quoted name")]
    [InlineData("select $x$ $y$", "line 1: the dollar quote $x$")]
    [InlineData("/* /* */", "line 1: the comment")]
    public void What_is_never_closed_is_named_with_its_line(string text, string message)
    {
        var error = Assert.Throws<FormatException>(() => StatementSplitter.Split(text));
        Assert.StartsWith(message, error.Message, StringComparison.Ordinal);
    }
}
