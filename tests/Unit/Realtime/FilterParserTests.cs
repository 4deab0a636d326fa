using Hedgerow.Realtime.Delivery;

namespace Hedgerow.Tests.Unit.Realtime;

public sealed class FilterParserTests
{
    [Theory]
    [InlineData("id=eq.1", "id Eq 1")]
    [InlineData("a=gt.0,b=lt.100", "a Gt 0|b Lt 100")]
    [InlineData("status=not.in.(draft,archived)", "status not In draft;archived")]
    [InlineData("name=eq.\"a,b\"", "name Eq a,b")]
    [InlineData("name=eq.\"say \\\"x\\\" \\\\\"", "name Eq say \"x\" \\")]
    [InlineData("name=in.(\"a,b\",c)", "name In a,b;c")]
    [InlineData("deleted=is.NULL", "deleted Is null")]
    [InlineData("v=eq.1.5", "v Eq 1.5")]
    [InlineData("v=eq.a=b", "v Eq a=b")]
    [InlineData("v=eq.", "v Eq ")]
    [InlineData("body=like.%x%", "body Like %x%")]
    [InlineData("  ", "")]
    public void A_filter_is_read_condition_by_condition(string filter, string expected)
    {
        Assert.True(FilterParser.Parse(filter).Ok(out var conditions, out _));
        Assert.Equal(expected, string.Join('|', conditions.Select(one => $"{one.Column} {(one.Negated ? "not " : "")}{one.Operator} {string.Join(';', one.Values)}")));
    }

    [Theory]
    [InlineData("id")]
    [InlineData("=eq.1")]
    [InlineData("id=1")]
    [InlineData("id=near.1")]
    [InlineData("id=in.1,2")]
    [InlineData("id=eq.1,,x=eq.2")]
    [InlineData("id=is.maybe")]
    [InlineData("undefined")]
    public void What_is_no_filter_is_refused(string filter) => Assert.Equal("invalid_filter", FilterParser.Parse(filter).Error?.Code);
}
