using Hedgerow.Postgres;

namespace Hedgerow.Tests.Unit;

public sealed class SqlTests
{
    [Theory]
    [InlineData("name", "\"name\"")]
    [InlineData("we\"ird; drop table x", "\"we\"\"ird; drop table x\"")]
    [InlineData("cut\0off", "\"cut\"")]
    public void An_identifier_cannot_leave_its_quotes(string name, string quoted) =>
        Assert.Equal(quoted, Sql.Identifier(name));

    [Theory]
    [InlineData("it's", "'it''s'")]
    [InlineData("a\\'b", "E'a\\\\''b'")]
    public void A_literal_cannot_leave_its_quotes(string text, string quoted) =>
        Assert.Equal(quoted, Sql.Literal(text));

    [Fact]
    public void A_comment_cannot_be_closed_from_within() =>
        Assert.Equal("/* anon....drop */ ", Sql.Comment("anon*/; drop"));
}
