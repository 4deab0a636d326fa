namespace Hedgerow.Tests.Unit.Rest.Plan;

public sealed class PlanningTests
{
    [Fact]
    public void The_same_shape_of_request_gives_the_same_statement_with_other_values()
    {
        var one = SchemaSketch.Sql("/projects?select=id,name&id=eq.1&limit=20&offset=40");
        var other = SchemaSketch.Sql("/projects?select=id,name&id=eq.2&limit=20&offset=60");

        Assert.Equal(one.Text, other.Text);
        Assert.Equal(new[] { "1", "40" }, one.Values.ToArray());
        Assert.Equal(new[] { "2", "60" }, other.Values.ToArray());
    }

    [Theory]
    [InlineData("/projects?name=eq.x'%20or%20'1'='1")]
    [InlineData("/projects?name=in.(%22x%22,%22y'%22)")]
    [InlineData("/projects?name=like.*'*")]
    [InlineData("/projects?name->>'x'=eq.1")]
    [InlineData("/projects?order=name->>x'y")]
    public void What_a_client_writes_as_a_value_never_reaches_the_text(string target) =>
        Assert.DoesNotContain("'", SchemaSketch.Sql(target).Text.Split("FROM", 2)[1].Split("current_setting")[0], StringComparison.Ordinal);

    [Fact]
    public void A_name_that_would_end_its_quotes_is_doubled() =>
        Assert.Contains("\"na\"\"me\"", SchemaSketch.Sql("/projects?select=%22na%5C%22me%22").Text, StringComparison.Ordinal);

    [Fact]
    public void Two_relationships_between_the_same_tables_are_answered_with_the_alternatives()
    {
        var error = SchemaSketch.Plan("/projects?select=clients(name)").Error!;

        Assert.Equal((300, "PGRST201"), (error.Status, error.Code));
        Assert.Contains("projects_client_id_fkey using projects(client_id) and clients(id)", error.DetailsJson, StringComparison.Ordinal);
        Assert.Contains("'clients!projects_owner_id_fkey'", error.Hint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/projects?select=c:client_id(name)&c=eq.1")]
    [InlineData("/projects?select=c:client_id(name)&c=not.in.(1,2)")]
    [InlineData("/projects?select=c:client_id(name)&c=is.true")]
    [InlineData("/projects?select=c:client_id(name)&or=(id.eq.1,and(c.gt.1,id.lt.9))")]
    [InlineData("/clients?select=projects!owner_id(tasks())&projects.tasks=eq.1")]
    public void An_embedded_resource_is_compared_with_null_alone(string target)
    {
        var error = SchemaSketch.Plan(target).Error!;

        Assert.Equal((400, "PGRST120"), (error.Status, error.Code));
        Assert.Equal("Only is null or not is null filters are allowed on embedded resources", error.Details);
    }

    [Theory]
    [InlineData("/projects?select=c:client_id(name)&c=is.null")]
    [InlineData("/projects?select=c:client_id(name)&or=(c.not.is.null,id.eq.1)")]
    [InlineData("/projects?select=client_id(name)&client_id=eq.1")]
    [InlineData("/projects?select=name:client_id(name)&name=like.a*")]
    public void A_column_goes_before_an_embedded_resource_of_its_name(string target) => Assert.Null(SchemaSketch.Plan(target).Error);

    [Theory]
    [InlineData("clients!projects_client_id_fkey(name)")]
    [InlineData("clients!owner_id(name)")]
    [InlineData("projects_client_id_fkey(name)")]
    [InlineData("client_id(name)")]
    public void A_hint_by_constraint_or_column_decides(string embed) =>
        Assert.Null(SchemaSketch.Plan($"/projects?select={embed}").Error);

    [Fact]
    public void A_misspelt_table_is_answered_with_the_likely_one()
    {
        var error = SchemaSketch.Plan("/project").Error!;

        Assert.Equal((404, "PGRST205"), (error.Status, error.Code));
        Assert.Equal("Perhaps you meant the table 'api.projects'", error.Hint);
    }

    [Fact]
    public void A_filter_on_what_is_not_embedded_says_so() =>
        Assert.Equal("PGRST108", SchemaSketch.Plan("/projects?tasks.id=eq.1").Error!.Code);

    [Fact]
    public void An_order_by_many_rows_is_refused() =>
        Assert.Equal("PGRST118", SchemaSketch.Plan("/projects?select=id,tasks(id)&order=tasks(id)").Error!.Code);

    [Fact]
    public void A_column_that_does_not_exist_cannot_be_written() =>
        Assert.Equal("PGRST204", SchemaSketch.Plan("/projects", "POST", """{"nope":1}""").Error!.Code);

    [Fact]
    public void Put_must_name_its_row_by_the_primary_key_alone()
    {
        Assert.Null(SchemaSketch.Plan("/projects?id=eq.1", "PUT", """{"id":1}""").Error);
        Assert.Equal("PGRST105", SchemaSketch.Plan("/projects?id=gt.1", "PUT", """{"id":1}""").Error!.Code);
        Assert.Equal("PGRST105", SchemaSketch.Plan("/projects?name=eq.x", "PUT", """{"id":1}""").Error!.Code);
        Assert.Equal("PGRST105", SchemaSketch.Plan("/projects?id->x=eq.1", "PUT", """{"id":1}""").Error!.Code);
        Assert.Equal("PGRST105", SchemaSketch.Plan("/projects?id=eq.1&select=*,clients!client_id(*)&clients.id=eq.1", "PUT", """{"id":1}""").Error!.Code);
        Assert.Equal("PGRST105", SchemaSketch.Plan("/projects?id=eq.1&select=*,clients!client_id(*)&clients.or=(id.eq.1,id.eq.2)", "PUT", """{"id":1}""").Error!.Code);
    }

    [Fact]
    public void A_body_is_one_parameter_however_many_rows_it_has()
    {
        var (text, values) = SchemaSketch.Sql("/projects", "POST", """[{"id":1,"name":"a"},{"id":2,"name":"b"}]""");

        Assert.Single(values);
        Assert.Contains("json_to_recordset", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Image/PNG; Level=1;q=0.5;x=1", "Image/PNG;Level=1")]
    [InlineData("text/html,  nonsense;q=0.9", "text/html, nonsense")]
    [InlineData("application/vnd.pgrst.plan; for=\"text/html\"; options=wal|analyze", "application/vnd.pgrst.plan+text; for=\"text/html\"; options=analyze|wal")]
    [InlineData("application/vnd.pgrst.plan+json;for=text/csv", "application/vnd.pgrst.plan+json; for=\"text\"")]
    [InlineData("application/vnd.pgrst.plan;for=\"application/vnd.pgrst.plan\"", "application/vnd.pgrst.plan+text; for=\"application/vnd.pgrst.plan+text; for=\"application/json\"\"")]
    public void A_media_type_that_nothing_makes_is_refused_and_repeated_as_it_came(string accept, string shown)
    {
        var error = SchemaSketch.Plan("/projects", headers: ("Accept", accept)).Error!;
        Assert.Equal((406, "PGRST107", "None of these media types are available: " + shown), (error.Status, error.Code, error.Message));
    }

    [Fact]
    public void The_first_order_of_a_resource_counts()
    {
        var (text, _) = SchemaSketch.Sql("/projects?order=name&order=id.desc");

        Assert.Contains("\"name\"", text[text.IndexOf("ORDER BY", StringComparison.Ordinal)..], StringComparison.Ordinal);
    }

    [Fact]
    public void A_limit_of_a_resource_that_is_not_embedded_is_refused_whatever_it_says() =>
        Assert.Equal("PGRST108", SchemaSketch.Plan("/projects?tasks.limit=x").Error!.Code);
}
