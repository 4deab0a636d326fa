using System.Text.Json;
using Hedgerow.Auth.Tokens;

namespace Hedgerow.Tests.Unit.Auth;

public sealed class RoleClaimPathTests
{
    private static string? Find(string path, string claims)
    {
        using var document = JsonDocument.Parse(claims);
        return RoleClaimPath.Parse(path).Find(document.RootElement);
    }

    [Theory]
    [InlineData("$.role")]
    [InlineData(".role")]
    [InlineData("$['role']")]
    public void The_role_stands_at_the_top_in_every_notation(string path) => Assert.Equal("author", Find(path, """{"role":"author"}"""));

    [Theory]
    [InlineData("$.postgrest.roles[1]")]
    [InlineData("$.postgrest.roles[-1]")]
    [InlineData("$.postgrest.roles[?(@ == 'author')]")]
    [InlineData("$.postgrest.roles[?search(@, '^au')]")]
    [InlineData(".postgrest.roles[?(@ ^== \"au\")]")]
    [InlineData(".postgrest.roles[?(@ ==^ \"or\")]")]
    [InlineData(".postgrest.roles[?(@ *== \"uth\")]")]
    [InlineData(".postgrest.roles[?(@ != \"other\")]")]
    public void The_role_is_picked_from_a_list(string path) =>
        Assert.Equal("author", Find(path, """{"postgrest":{"roles":["other","author"]}}"""));

    [Theory]
    [InlineData("$.apps[?(@.name == 'ours')].role")]
    [InlineData("$.apps[?search(@.name, '^our')].role")]
    [InlineData("$.apps[?@['name'] == 'ours'].role")]
    [InlineData("$.apps[*].role")]
    [InlineData("$.apps.*.role")]
    [InlineData("$.*[1].role")]
    public void Of_several_values_the_first_counts(string path) =>
        Assert.Equal("author", Find(path, """{"apps":[{"name":"theirs"},{"name":"ours","role":"author"},{"name":"ours","role":"reader"}]}"""));

    /// <summary>Claims whose first role of all is not the one that is asked for.</summary>
    private const string Groups = """
        {"realm":"main","limit":2,"none":null,
         "groups":[{"id":1,"on":false,"roles":["guest"]},{"id":2,"on":true,"roles":["author","editor"]},{"id":3,"realm":"main","roles":["admin"]},{"id":4,"gone":null}]}
        """;

    [Theory]
    [InlineData("$.groups[1].roles[0]", "author")]
    [InlineData("$ .groups [ 1 ] ['roles'] [ -2 ]", "author")]
    [InlineData("$.groups[1:].roles[0]", "author")]
    [InlineData("$.groups[::-1].roles[0]", "admin")]
    [InlineData("$.groups[-2::-1].roles[-1]", "admin")]
    [InlineData("$.groups[1:3:2]['roles'][1:2]", "editor")]
    [InlineData("$.groups[5:].roles[0]", null)]
    [InlineData("$.groups[2, 1].roles[0]", "admin")]
    [InlineData("$.groups[1]['none', 'roles'][*]", "author")]
    [InlineData("$..roles[1]", "editor")]
    [InlineData("$..[?@.id > 2].roles.*", "admin")]
    [InlineData("$..*[?@ == 'author']", "author")]
    [InlineData("$.groups[?@.on].roles[0]", "guest")]
    [InlineData("$.groups[?@.on == true].roles[0]", "author")]
    [InlineData("$.groups[?!(@.on == false)].roles[0]", "author")]
    [InlineData("$.groups[?!@.on].roles[0]", "admin")]
    [InlineData("$.groups[?@.id >= 2 && @.id <= 2].roles[0]", "author")]
    [InlineData("$.groups[?@.id == 3 || @.id == 2].roles[0]", "author")]
    [InlineData("$.groups[?(@.id < 1 || @.id > 2) && @.roles].roles[0]", "admin")]
    [InlineData("$.groups[?@.realm == $.realm].roles[0]", "admin")]
    [InlineData("$.groups[?@.id == $.limit].roles[0]", "author")]
    [InlineData("$.groups[?2 == @.id].roles[0]", "author")]
    [InlineData("$.groups[?@.id == 2.0e0].roles[0]", "author")]
    [InlineData("$.groups[?@.roles[1] != 'x' && @.roles[1] > 'a'].roles[0]", "author")]
    [InlineData("$.groups[?@.gone == null].id", "4")]
    [InlineData("$.groups[?@.nowhere == $.nothing].id", "1")]
    [InlineData("$.groups[?search(@.roles[0], 'u.h') && !search(@.roles[0], '^g')].roles[0]", "author")]
    [InlineData("$[\"realm\"]", "main")]
    [InlineData("$['re\\u0061lm']", "main")]
    [InlineData("$.none", null)]
    public void A_path_is_a_JSON_path(string path, string? role) => Assert.Equal(role, Find(path, Groups));

    [Theory]
    [InlineData("$['https://www.example.com/role'].key")]
    [InlineData(".\"https://www.example.com/role\".key")]
    public void A_name_may_hold_anything_between_quotes(string path) =>
        Assert.Equal("author", Find(path, """{"https://www.example.com/role":{"key":"author"}}"""));

    [Theory]
    [InlineData("$.roles[5]")]
    [InlineData("$.role.deeper")]
    [InlineData("$.missing")]
    public void A_place_that_is_not_there_has_no_role(string path) => Assert.Null(Find(path, """{"role":"a","roles":["b"]}"""));

    [Theory]
    [InlineData("")]
    [InlineData("$")]
    [InlineData("role")]
    [InlineData("$.role[")]
    [InlineData("$role")]
    [InlineData("$.role-name")]
    [InlineData("$.1")]
    [InlineData("$.roles[?@ == ['a']]")]
    [InlineData("$.roles[]")]
    [InlineData("$.roles[1,]")]
    [InlineData("$.roles[99999999999]")]
    [InlineData("$.roles['a]")]
    [InlineData("$.roles[?]")]
    [InlineData("$.roles[?'a']")]
    [InlineData("$.roles[?@.* == 1]")]
    [InlineData("$.roles[?@ == 1 &&]")]
    [InlineData("$.roles[?(@ == 1]")]
    [InlineData("$.roles[?length(@) == 1]")]
    [InlineData("$.roles[?search(@.*, 'a')]")]
    [InlineData("$.roles[?(@ ^== \"a\")]")]
    [InlineData(".roles[?(@ == \"a\")].deeper")]
    [InlineData(".role-name")]
    [InlineData(".roles[-1]")]
    [InlineData("$.roles[?search(@, '(')]")]
    public void What_is_no_path_is_refused(string path) => Assert.Throws<FormatException>(() => RoleClaimPath.Parse(path));
}
