using Hedgerow.Rest.Request;

namespace Hedgerow.Tests.Unit.Rest;

/// <summary>What the parameters of a query string mean.</summary>
public sealed class QueryStringTests
{
    private static SelectField Column(string name, string? alias = null) => new(new(name, []), null, null, null, alias);

    [Fact]
    public void No_select_asks_for_every_column_and_an_empty_one_for_none()
    {
        Assert.Equal(Column("*").Field.Name, Assert.IsType<SelectField>(Assert.Single(Parsing.Query("id=eq.1").Select)).Field.Name);
        Assert.Empty(Parsing.Query("select=").Select);
    }

    [Fact]
    public void A_selected_column_has_alias_path_casts_and_aggregate()
    {
        var item = Assert.IsType<SelectField>(Assert.Single(Parsing.Query("select=total:data->items->>0::numeric.sum()::int").Select));
        Assert.Equal(("total", "data", Aggregate.Sum, "numeric", "int"), (item.Alias, item.Field.Name, item.Aggregate, item.Cast, item.AggregateCast));
        Assert.Equal<JsonStep>([new JsonStep(false, "items", false), new JsonStep(true, "0", true)], item.Field.Path);
    }

    [Fact]
    public void Count_of_rows_may_be_renamed_and_cast()
    {
        var item = Assert.IsType<SelectField>(Assert.Single(Parsing.Query("select=n:count()::text").Select));
        Assert.Equal(("n", "*", Aggregate.Count, "text"), (item.Alias, item.Field.Name, item.Aggregate, item.AggregateCast));
    }

    [Fact]
    public void An_embedded_resource_has_alias_hint_join_and_items_of_its_own()
    {
        var item = Assert.IsType<SelectRelation>(Assert.Single(Parsing.Query("select=owner:users!owner_fk!inner(id,teams(*))").Select));
        Assert.Equal(("owner", "users", "owner_fk", JoinType.Inner), (item.Alias, item.Relation, item.Hint, item.Join));
        Assert.Equal("teams", Assert.IsType<SelectRelation>(item.Items[1]).Relation);
    }

    [Fact]
    public void A_spread_resource_has_no_alias()
    {
        var item = Assert.IsType<SelectSpread>(Parsing.Query("select=id,...clients!left(name)").Select[1]);
        Assert.Equal(("clients", JoinType.Left), (item.Relation, item.Join));
    }

    [Theory]
    [InlineData("select=%22a,b%22:%22c.d%22", "a,b", "c.d")]
    [InlineData("select=%22say%20\\%22hi\\%22%22", null, "say \"hi\"")]
    [InlineData("select=%D9%85%D8%B9%D8%B1%D9%81", null, "معرف")]
    [InlineData("select=with%20space", null, "with space")]
    [InlineData("select=with-dash", null, "with-dash")]
    public void A_name_may_be_quoted_and_is_Unicode(string query, string? alias, string name)
    {
        var item = Assert.IsType<SelectField>(Assert.Single(Parsing.Query(query).Select));
        Assert.Equal((alias, name), (item.Alias, item.Field.Name));
    }

    [Theory]
    [InlineData("eq.5", QuantifiedOperator.Equal, null, "5")]
    [InlineData("gte.a.b", QuantifiedOperator.GreaterThanEqual, null, "a.b")]
    [InlineData("like(any).{O*,P*}", QuantifiedOperator.Like, Quantifier.Any, "{O*,P*}")]
    [InlineData("imatch(all).{a,b}", QuantifiedOperator.IMatch, Quantifier.All, "{a,b}")]
    [InlineData("eq.", QuantifiedOperator.Equal, null, "")]
    public void A_comparison_takes_the_rest_of_the_value(string value, QuantifiedOperator op, Quantifier? quantifier, string operand)
    {
        var filter = Assert.Single(Parsing.Query("a=" + value).Filters).Value;
        Assert.Equal(new QuantifiedOperation(op, quantifier, operand), filter.Operation);
    }

    [Theory]
    [InlineData("neq.1", SimpleOperator.NotEqual)]
    [InlineData("cs.{1}", SimpleOperator.Contains)]
    [InlineData("cd.{1}", SimpleOperator.ContainedIn)]
    [InlineData("ov.[1,2]", SimpleOperator.Overlaps)]
    [InlineData("sl.(1,2)", SimpleOperator.StrictlyLeft)]
    [InlineData("sr.(1,2)", SimpleOperator.StrictlyRight)]
    [InlineData("nxr.(1,2)", SimpleOperator.NotExtendsRight)]
    [InlineData("nxl.(1,2)", SimpleOperator.NotExtendsLeft)]
    [InlineData("adj.(1,2)", SimpleOperator.Adjacent)]
    public void Every_simple_operator_is_known(string value, SimpleOperator op) =>
        Assert.Equal(op, Assert.IsType<SimpleOperation>(Assert.Single(Parsing.Query("a=" + value).Filters).Value.Operation).Operator);

    [Theory]
    [InlineData("is.null", IsValue.Null, false)]
    [InlineData("not.is.null", IsValue.Null, true)]
    [InlineData("is.NOT_NULL", IsValue.NotNull, false)]
    [InlineData("is.True", IsValue.True, false)]
    [InlineData("is.unknown", IsValue.Unknown, false)]
    public void Is_knows_its_words_in_any_case(string value, IsValue word, bool negated)
    {
        var filter = Assert.Single(Parsing.Query("a=" + value).Filters).Value;
        Assert.Equal((new IsOperation(word), negated), (filter.Operation, filter.Negated));
    }

    [Fact]
    public void A_list_holds_quoted_values_with_commas_and_parentheses()
    {
        var list = Assert.IsType<InOperation>(Assert.Single(Parsing.Query("a=in.(1,%22b,)%22,c d,%22x%22y,)").Filters).Value.Operation);
        Assert.Equal<string>(["1", "b,)", "c d", "\"x\"y", ""], list.Values);
    }

    [Fact]
    public void Full_text_search_names_its_language()
    {
        var filter = Assert.Single(Parsing.Query("a=not.phfts(english).The%20Fat").Filters).Value;
        Assert.Equal((true, new FullTextOperation(FullTextOperator.PhraseTo, "english", "The Fat")), (filter.Negated, filter.Operation));
    }

    [Fact]
    public void A_filter_of_an_embedded_resource_knows_its_place()
    {
        var placed = Assert.Single(Parsing.Query("clients.projects.data->>k=isdistinct.x").Filters);
        Assert.Equal<string>(["clients", "projects"], placed.Path);
        Assert.Equal("data", placed.Value.Field.Name);
        Assert.Equal(new IsDistinctOperation("x"), placed.Value.Operation);
    }

    [Fact]
    public void Logic_nests_and_negates()
    {
        var placed = Assert.Single(Parsing.Query("clients.not.or=(a.eq.1,not.and(b.in.(1,2),c.not.is.null),d.eq.%22x,y%22,e.cs.{1,2})").Logic);
        Assert.Equal<string>(["clients"], placed.Path);
        var or = Assert.IsType<LogicGroup>(placed.Value);
        Assert.True(or.IsOr && or.Negated);
        var and = Assert.IsType<LogicGroup>(or.Terms[1]);
        Assert.True(!and.IsOr && and.Negated);
        Assert.True(Assert.IsType<Filter>(and.Terms[1]).Negated);
        Assert.Equal(new QuantifiedOperation(QuantifiedOperator.Equal, null, "x,y"), Assert.IsType<Filter>(or.Terms[2]).Operation);
        Assert.Equal(new SimpleOperation(SimpleOperator.Contains, "{1,2}"), Assert.IsType<Filter>(or.Terms[3]).Operation);
    }

    [Fact]
    public void Order_has_direction_nulls_paths_and_relations()
    {
        var placed = Parsing.Query("order=a.desc.nullslast,data->>k.asc,clients(name).nullsfirst&tasks.order=id");
        var terms = placed.Order[0].Value;
        Assert.Equal((true, false), (terms[0].Descending, terms[0].NullsFirst));
        Assert.Equal(((bool?)false, (bool?)null), (terms[1].Descending, terms[1].NullsFirst));
        Assert.Equal(("clients", (bool?)true), (terms[2].Relation, terms[2].NullsFirst));
        Assert.Equal<string>(["tasks"], placed.Order[1].Path);
    }

    [Fact]
    public void Limits_belong_to_their_resource()
    {
        var request = Parsing.Parsed("GET", "/items?limit=5&offset=2&tasks.limit=3&tasks.offset=1&tasks.users.limit=7");
        Assert.Equal(new RowRange(2, 5), request.Range);
        Assert.Equal([new RowRange(1, 3), new RowRange(0, 7)], request.Query.Ranges.Select(r => r.Value));
    }

    [Fact]
    public void Columns_are_sorted_and_only_where_rows_are_written()
    {
        Assert.Equal<string>(["a", "b c"], Parsing.Parsed("POST", "/items?columns=%22b%20c%22,a,a", "[]").Query.Columns!.Value);
        Assert.Null(Parsing.Query("columns=a").Columns);
        Assert.Equal<string>(["k2", "k1"], Parsing.Parsed("POST", "/items?on_conflict=k2,k1", "[]").Query.OnConflict!.Value);
    }

    [Fact]
    public void A_parameter_without_an_operator_is_an_argument_of_a_function()
    {
        var query = Parsing.Parsed("GET", "/rpc/add?a=1&v=x&v=y&total=gt.3&select=total").Query;
        Assert.Equal<string>(["a=1", "v=x", "v=y"], query.Parameters.Select(p => $"{p.Key}={p.Value}"));
        Assert.Equal("total", Assert.Single(query.Filters).Value.Field.Name);
    }

    [Theory]
    [InlineData("a=1&c=3&b=2&d", "a=1&b=2&c=3&d=")]
    [InlineData("b=x+y&a=%C3%A9&b=2", "a=%C3%A9&b=x%20y,2")]
    public void The_canonical_form_is_sorted_and_encoded(string query, string canonical) =>
        Assert.Equal(canonical, Parsing.Parsed("GET", "/rpc/f?" + query).Query.Canonical);

    [Fact]
    public void Sixteen_levels_of_embedding_are_allowed_and_seventeen_refused()
    {
        static string Nested(int levels) => string.Concat(Enumerable.Repeat("a(", levels)) + "id" + new string(')', levels);
        Assert.Single(Parsing.Query("select=" + Nested(16)).Select);
        Assert.Equal("nested deeper than 16 levels", Parsing.Refused("GET", "/items?select=" + Nested(17)).Details);
        Assert.Equal(400, Parsing.Refused("GET", "/items?select=" + Nested(200_000)).Status);
        Assert.Equal(400, Parsing.Refused("GET", "/items?and=" + string.Concat(Enumerable.Repeat("(and", 200_000))).Status);
    }
}
