using Hedgerow.Rest;

namespace Hedgerow.Tests.Unit.Rest;

/// <summary>What a client reads about a query string that is none: where it went wrong, and what could have stood there.</summary>
public sealed class QueryErrorTests
{
    [Theory]
    [InlineData("order=id.asc.nullslasttt", "\"failed to parse order (id.asc.nullslasttt)\" (line 1, column 17)", "unexpected 't' expecting \",\" or end of input")]
    [InlineData("order=id.ac", "\"failed to parse order (id.ac)\" (line 1, column 4)", "unexpected \"c\" expecting \"asc\", \"desc\", \"nullsfirst\" or \"nullslast\"")]
    [InlineData("order=id.descc", "\"failed to parse order (id.descc)\" (line 1, column 8)", "unexpected 'c' expecting delimiter (.), \",\" or end of input")]
    [InlineData("order=id.asc.nlsfst", "\"failed to parse order (id.asc.nlsfst)\" (line 1, column 8)", "unexpected \"l\" expecting \"nullsfirst\" or \"nullslast\"")]
    [InlineData("order=clients(name,id)", "\"failed to parse order (clients(name,id))\" (line 1, column 8)", "unexpected '(' expecting letter, digit, \"-\", \"->>\", \"->\", delimiter (.), \",\" or end of input")]
    [InlineData("id=noop.0", "\"failed to parse filter (noop.0)\" (line 1, column 1)", "unexpected \"o\" expecting \"not\" or operator (eq, gt, ...)")]
    [InlineData("id=val", "\"failed to parse filter (val)\" (line 1, column 1)", "unexpected \"v\" expecting \"not\" or operator (eq, gt, ...)")]
    [InlineData("id=fts().value", "\"failed to parse filter (fts().value)\" (line 1, column 5)", "unexpected \")\" expecting operator (eq, gt, ...)")]
    [InlineData("id=eq().value", "\"failed to parse filter (eq().value)\" (line 1, column 4)", "unexpected \")\" expecting operator (eq, gt, ...)")]
    [InlineData("id=is().value", "\"failed to parse filter (is().value)\" (line 1, column 3)", "unexpected \"(\" expecting operator (eq, gt, ...)")]
    [InlineData("id=in().value", "\"failed to parse filter (in().value)\" (line 1, column 3)", "unexpected \"(\" expecting operator (eq, gt, ...)")]
    [InlineData("id=is.nil", "\"failed to parse filter (is.nil)\" (line 1, column 5)", "unexpected \"i\" expecting isVal: (null, not_null, true, false, unknown)")]
    [InlineData("id=in.(1,2", "\"failed to parse filter (in.(1,2)\" (line 1, column 8)", "unexpected end of input expecting \",\" or \")\"")]
    [InlineData("or=()", "\"failed to parse logic tree (())\" (line 1, column 4)", "unexpected \")\" expecting field name (* or [a..z0..9_$]), negation operator (not) or logic operator (and, or)")]
    [InlineData("or=(id.in.1,2,id.eq.3)", "\"failed to parse logic tree ((id.in.1,2,id.eq.3))\" (line 1, column 10)", "unexpected \"1\" expecting \"(\"")]
    [InlineData("or=)(", "\"failed to parse logic tree ()()\" (line 1, column 3)", "unexpected \")\" expecting \"(\"")]
    [InlineData("and=(ord(id.eq.1,id.eq.1),id.eq.2)", "\"failed to parse logic tree ((ord(id.eq.1,id.eq.1),id.eq.2))\" (line 1, column 7)", "unexpected \"d\" expecting \"(\"")]
    [InlineData("or=(id.eq.1,not.xor(id.eq.2,id.eq.3))", "\"failed to parse logic tree ((id.eq.1,not.xor(id.eq.2,id.eq.3)))\" (line 1, column 16)", "unexpected \"x\" expecting logic operator (and, or)")]
    [InlineData("select=name!hint", "\"failed to parse select parameter (name!hint)\" (line 1, column 5)", "unexpected '!' expecting letter, digit, \"-\", \"->>\", \"->\", \"::\", \".\", \")\", \",\" or end of input")]
    [InlineData("select=name::", "\"failed to parse select parameter (name::)\" (line 1, column 7)", "unexpected end of input expecting letter or digit")]
    [InlineData("select=id,clients(name[])", "\"failed to parse select parameter (id,clients(name[]))\" (line 1, column 16)", "unexpected '[' expecting letter, digit, \"-\", \"->>\", \"->\", \"::\", \".\", \")\", \",\" or end of input")]
    [InlineData("select=data->>-78xy", "\"failed to parse select parameter (data->>-78xy)\" (line 1, column 11)", "unexpected 'x' expecting digit, \"->\", \"::\", \".\", \",\" or end of input")]
    [InlineData("select=data-%3E(!@%23$%25%5E%26*_d-%3E%3E!@%23$%25%5E%26*_e::integer", "\"failed to parse select parameter (data->(!@#$%^&*_d->>!@#$%^&*_e::integer)\" (line 1, column 7)", "unexpected \"(\" expecting \"-\", digit or any non reserved character different from: .,>()")]
    [InlineData("select=d->>--34", "\"failed to parse select parameter (d->>--34)\" (line 1, column 6)", "unexpected \"-\" expecting digit")]
    public void A_query_that_is_none_is_told_where_and_why(string query, string message, string details)
    {
        var error = Parsing.Refused("GET", "/items?" + query);
        Assert.Equal((400, "PGRST100", message, details), (error.Status, error.Code, error.Message, error.Details));
    }
}
