using Hedgerow.Rest;
using Hedgerow.Rest.Request;

namespace Hedgerow.Tests.Unit.Rest;

/// <summary>What method, path, headers and body mean.</summary>
public sealed class RequestTests
{
    [Theory]
    [InlineData("GET", "/items", "ReadAction { HeadersOnly = False, Relation = items, IsHead = False }")]
    [InlineData("HEAD", "/a%20b", "ReadAction { HeadersOnly = True, Relation = a b, IsHead = True }")]
    [InlineData("PUT", "/items", "SingleUpsertAction { HeadersOnly = False, Relation = items }")]
    [InlineData("POST", "/rpc/add", "CallAction { HeadersOnly = False, Function = add, Via = Post }")]
    [InlineData("HEAD", "/rpc/add", "CallAction { HeadersOnly = True, Function = add, Via = Head }")]
    [InlineData("GET", "/", "DescribeAction { HeadersOnly = False, IsHead = False }")]
    [InlineData("OPTIONS", "/items", "OptionsAction { HeadersOnly = True, Relation = items, Function =  }")]
    public void Method_and_path_make_the_action(string method, string path, string action) =>
        Assert.Equal(action, Parsing.Parsed(method, path, "{}").Action.ToString());

    [Theory]
    [InlineData("GET", "/first/second", 404, "PGRST125")]
    [InlineData("GET", "/items/", 404, "PGRST125")]
    [InlineData("GET", "//items", 404, "PGRST125")]
    [InlineData("GET", "/rpc/a/b", 404, "PGRST125")]
    [InlineData("DELETE", "/rpc/add", 405, "PGRST101")]
    [InlineData("TRACE", "/items", 405, "PGRST117")]
    [InlineData("POST", "/", 405, "PGRST117")]
    public void What_is_no_resource_or_no_method_is_refused(string method, string path, int status, string code)
    {
        var error = Parsing.Refused(method, path);
        Assert.Equal((status, code), (error.Status, error.Code));
    }

    [Fact]
    public void A_profile_chooses_among_the_schemas()
    {
        var options = new RestOptions { Schemas = "v1, v2" };
        Assert.Equal(("v1", true), (Parsing.Parsed("GET", "/a", options: options).Schema, Parsing.Parsed("GET", "/a", options: options).ProfileGiven));
        Assert.Equal("v2", Parsing.Parsed("GET", "/a", options: options, headers: ("Accept-Profile", "v2")).Schema);
        Assert.Equal("v2", Parsing.Parsed("PATCH", "/a", "{}", options, ("Content-Profile", "v2"), ("Accept-Profile", "v1")).Schema);
        var error = Parsing.Refused("GET", "/a", options: options, headers: ("Accept-Profile", "v3"));
        Assert.Equal((406, "PGRST106", "Invalid schema: v3", "Only the following schemas are exposed: v1, v2"), (error.Status, error.Code, error.Message, error.Hint));
        // The schema is asked before the method, and after the path.
        Assert.Equal("PGRST106", Parsing.Refused("TRACE", "/a", options: options, headers: ("Accept-Profile", "v3")).Code);
        Assert.Equal("PGRST125", Parsing.Refused("GET", "/a/b", options: options, headers: ("Accept-Profile", "v3")).Code);
    }

    [Theory]
    [InlineData("0-4", "", 0, 5L)]
    [InlineData("10-", "", 10, null)]
    [InlineData("0-9", "?limit=3&offset=2", 2, 3L)]
    [InlineData("nonsense", "", 0, null)]
    [InlineData("5-9", "?limit=0", 0, 0L)]
    [InlineData("", "?limit=x", 0, null)]
    [InlineData("", "?limit=3&limit=x", 0, null)]
    [InlineData("", "?limit&offset=x", 0, null)]
    [InlineData("", "?limit=3&offset=x", 0, 3L)]
    public void A_range_header_meets_limit_and_offset(string range, string query, long offset, long? limit) =>
        Assert.Equal(new RowRange(offset, limit), Parsing.Parsed("GET", "/items" + query, headers: ("Range", range)).Range);

    [Fact]
    public void A_range_that_holds_nothing_is_refused()
    {
        Assert.StartsWith("The lower boundary", Parsing.Refused("GET", "/items", headers: ("Range", "1-0")).Details);
        Assert.StartsWith("Limit should", Parsing.Refused("GET", "/items?limit=-1").Details);
        Assert.StartsWith("Limit should", Parsing.Refused("GET", "/items?limit=x&offset=1").Details);
        Assert.Equal("PGRST114", Parsing.Refused("PUT", "/items?limit=1", "{}").Code);
        Assert.Equal(RowRange.All, Parsing.Parsed("HEAD", "/items", headers: ("Range", "1-0")).Range);
    }

    [Fact]
    public void Of_two_preferences_of_a_kind_the_first_counts()
    {
        var preferences = Parsing.Parsed("GET", "/a", headers:
            [("Prefer", "count=exact,   tx=rollback ,timezone=Europe/Berlin, what, max-affected=7"), ("Prefer", "count=planned, tx=commit, handling=strict")]).Preferences;
        Assert.Equal((CountKind.Exact, false, "Europe/Berlin", 7L, true), (preferences.Count, preferences.Commit, preferences.TimeZone, preferences.MaxAffected, preferences.Strict));
        Assert.Equal<string>(["what"], preferences.Invalid);
        Assert.Null(Parsing.Parsed("GET", "/a", options: new RestOptions(), headers: ("Prefer", "tx=rollback")).Preferences.Commit);
    }

    [Theory]
    [InlineData("text/csv;q=0.5, application/json", "application/json text/csv")]
    [InlineData("*/*, text/csv", "text/csv */*")]
    [InlineData("application/vnd.pgrst.object;nulls=stripped", "application/vnd.pgrst.object+json")]
    [InlineData("Application/Vnd.PgRst.Array+json", "application/json")]
    [InlineData("application/vnd.pgrst.plan+json; for=\"text/csv\"; options=analyze|wal", "application/vnd.pgrst.plan+json")]
    [InlineData("nonsense", "nonsense")]
    [InlineData("application/json_lines, text/csv;;", "text/csv application/json")]
    public void Accept_is_ranked_by_quality_and_then_by_how_specific_it_is(string header, string names) =>
        Assert.Equal(names, string.Join(' ', Parsing.Parsed("GET", "/a", headers: ("Accept", header)).Accept.Select(a => a.Name)));

    [Fact]
    public void A_plan_has_options_and_what_it_explains()
    {
        var plan = Assert.IsType<PlanMediaType>(Parsing.Parsed("GET", "/a", headers:
            ("Accept", "application/vnd.pgrst.plan+json; for=\"application/vnd.pgrst.object\"; options=analyze|wal|what")).Accept[0]);
        Assert.Equal((true, PlanOptions.Analyze | PlanOptions.Wal), (plan.AsJson, plan.Options));
        Assert.IsType<SingularMediaType>(plan.For);
    }

    [Theory]
    [InlineData("NULLS = \"stripped\"", true)]
    [InlineData("a=b;nulls=x;nulls=stripped", true)]
    [InlineData("a;nulls=stripped", false)]
    [InlineData("a=b/c;nulls=stripped", false)]
    [InlineData("a=\"b/c\";nulls=stripped", true)]
    [InlineData("nulls=\"stripped", false)]
    public void Parameters_count_up_to_the_first_that_is_malformed(string parameters, bool stripped) =>
        Assert.Equal(stripped, Assert.IsType<SingularMediaType>(Parsing.Parsed("GET", "/a", headers:
            ("Accept", "application/vnd.pgrst.object+json; " + parameters)).Accept[0]).NullsStripped);

    [Theory]
    [InlineData("""{"b":1,"a":2,"a":3}""", "a b", false)]
    [InlineData(""" [ {"b":1,"a":[{"x":1}]} , {"a":null,"b":{"c":1}} ] """, "a b", true)]
    [InlineData("[]", "", true)]
    [InlineData("\"text\"", "", true)]
    [InlineData("{}", "", false)]
    [InlineData("[{},{}]", "", true)]
    [InlineData("""[{"\u0061":1},{"a":2}]""", "a", true)]
    public void A_json_body_tells_its_keys(string body, string keys, bool isArray)
    {
        var payload = Assert.IsType<JsonPayload>(Parsing.Parsed("POST", "/items", body).Payload);
        Assert.Equal((keys, isArray), (string.Join(' ', payload.Keys), payload.IsArray));
    }

    [Theory]
    [InlineData("", "Empty or invalid json")]
    [InlineData("{", "Empty or invalid json")]
    [InlineData("""{"a":1} x""", "Empty or invalid json")]
    [InlineData("""[{"a":1},]""", "Empty or invalid json")]
    [InlineData("""[{"a":1},{"b":1}]""", "All object keys must match")]
    [InlineData("""[{"a":1},{"a":1,"b":1}]""", "All object keys must match")]
    [InlineData("""[{"a":1,"b":1},{"a":1,"a":1}]""", "All object keys must match")]
    [InlineData("""[{"a":1},7,{"a":2}]""", "All object keys must match")]
    [InlineData("[1,2]", "All object keys must match")]
    public void A_body_that_is_no_rows_is_refused(string body, string message)
    {
        var error = Parsing.Refused("POST", "/items", body);
        Assert.Equal((400, "PGRST102", message), (error.Status, error.Code, error.Message));
    }

    [Fact]
    public void With_columns_named_nobody_but_the_database_looks_into_the_body()
    {
        var payload = Assert.IsType<JsonPayload>(Parsing.Parsed("POST", "/items?columns=a", """ [{"a":1},{"b":2}]""").Payload);
        Assert.Equal((true, "a"), (payload.IsArray, Assert.Single(payload.Keys)));
        Assert.False(Assert.IsType<JsonPayload>(Parsing.Parsed("POST", "/items?columns=a", " \n{]").Payload).IsArray);
        Assert.True(Assert.IsType<JsonPayload>(Parsing.Parsed("POST", "/items?columns=a", "7").Payload).IsArray);
    }

    [Fact]
    public void Csv_becomes_rows_of_text()
    {
        var payload = Assert.IsType<JsonPayload>(Parsing.Parsed(
            "POST", "/items", "b,\"a \"\"x\"\"\"\r\n1,\"two\nlines, one comma\"\r\n\r\nNULL,\n", headers: ("Content-Type", "text/csv; charset=utf-8")).Payload);
        Assert.Equal("""[{"a \u0022x\u0022":"two\nlines, one comma","b":"1"},{"a \u0022x\u0022":"","b":null}]""", payload.Text);
        Assert.Equal("All lines must have same number of fields", Parsing.Refused("POST", "/items", "a,b\n1,2\n3\n", headers: ("Content-Type", "text/csv")).Message);
        Assert.Equal("PGRST102", Parsing.Refused("POST", "/items", "a\n\"open", headers: ("Content-Type", "text/csv")).Code);
    }

    [Theory]
    [InlineData("", "parse error (not enough input) at \"\"")]
    [InlineData("a,b", "parse error (not enough input) at \"\"")]
    [InlineData("a\"b\n1\n", "parse error (Failed reading: satisfy) at \"\\\"b\\n1\\n\"")]
    [InlineData("a,b\n1,2\nx\"y,é", "parse error (endOfInput) at \"\\\"y,\\195\\169\"")]
    [InlineData("a\n\"b\" 23456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345\n",
        "parse error (endOfInput) at  234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890 (truncated)")]
    public void Csv_that_is_none_is_told_in_the_words_of_the_reference(string body, string message) =>
        Assert.Equal(message, Parsing.Refused("POST", "/items", body, headers: ("Content-Type", "text/csv")).Message);

    [Fact]
    public void A_line_of_csv_that_holds_nothing_is_no_row() =>
        Assert.Equal("""[{"a":"1"}]""", Assert.IsType<JsonPayload>(Parsing.Parsed("POST", "/items", "a\n\n\"\"\n1\n", headers: ("Content-Type", "text/csv")).Payload).Text);

    [Fact]
    public void A_form_is_an_object_for_a_table_and_arguments_for_a_function()
    {
        (string, string) form = ("Content-Type", "application/x-www-form-urlencoded");
        Assert.Equal("""{"a":"2","b":"x y"}""", Assert.IsType<JsonPayload>(Parsing.Parsed("POST", "/items", "a=1&b=x+y&a=2", headers: form).Payload).Text);
        Assert.Equal(3, Assert.IsType<FormPayload>(Parsing.Parsed("POST", "/rpc/f", "a=1&b=x+y&a=2", headers: form).Payload).Fields.Length);
    }

    [Fact]
    public void Only_a_function_takes_a_raw_body()
    {
        (string, string) text = ("Content-Type", "text/plain");
        Assert.Equal(2, Assert.IsType<RawPayload>(Parsing.Parsed("POST", "/rpc/f", "hi", headers: text).Payload).Bytes.Length);
        Assert.Equal("Content-Type not acceptable: text/plain", Parsing.Refused("POST", "/items", "hi", headers: text).Message);
        Assert.Equal("", Assert.IsType<JsonPayload>(Parsing.Parsed("POST", "/rpc/f").Payload).Text);
        Assert.Equal("Content-Type not acceptable: Image/PNG; a=b", Parsing.Refused("POST", "/items", "hi", headers: ("Content-Type", "Image/PNG; a=b")).Message);
    }

    [Fact]
    public void Headers_and_cookies_become_settings()
    {
        var request = Parsing.Parsed("GET", "/a", headers: [("X-Odd", "é\"\\"), ("Cookie", "a=1; b=x=y; a=2"), ("Accept", "*/*")]);
        Assert.Equal("""{"x-odd":"é\"\\","accept":"*/*"}""", request.HeadersJson);
        Assert.Equal("""{"a":"2","b":"x=y"}""", request.CookiesJson);
    }
}
