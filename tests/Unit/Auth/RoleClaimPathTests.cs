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
    [InlineData("$.roles[?search(@, '(')]")]
    public void What_is_no_path_is_refused(string path) => Assert.Throws<FormatException>(() => RoleClaimPath.Parse(path));
}
