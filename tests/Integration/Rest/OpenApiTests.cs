using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Rest;

/// <summary>The root describes what the caller may use.</summary>
public sealed class OpenApiTests(SharedPlatform shared) : IClassFixture<SharedPlatform>
{
    [Fact]
    public async Task Tables_show_comments_keys_and_types()
    {
        await shared.Platform.Database.ExecuteAsync("""
            create table public.described (
              id int primary key, workspace_id uuid not null references public.workspaces, size varchar(7) default 'small', tags text[], extra jsonb);
            comment on table public.described is E'The summary\n\nThe description';
            comment on column public.described.id is 'Its number';
            grant select, insert on public.described to service_role;
            create function public.describe_me(n int, variadic words text[]) returns int language sql stable as 'select n';
            grant execute on function public.describe_me to service_role;
            """);
        var document = await UntilAsync(shared.Platform.Service, d => d.GetProperty("paths").TryGetProperty("/rpc/describe_me", out _));

        var table = document.GetProperty("definitions").GetProperty("described");
        Assert.Equal(["id", "workspace_id"], table.GetProperty("required").EnumerateArray().Select(v => v.GetString()));
        var properties = table.GetProperty("properties");
        Assert.Equal("Its number\n\nNote:\nThis is a Primary Key.<pk/>", Text(properties, "id", "description"));
        Assert.Equal("Note:\nThis is a Foreign Key to `workspaces.id`.<fk table='workspaces' column='id'/>", Text(properties, "workspace_id", "description"));
        Assert.Equal(("small", "string", "character varying"), (Text(properties, "size", "default"), Text(properties, "size", "type"), Text(properties, "size", "format")));
        Assert.Equal(7, properties.GetProperty("size").GetProperty("maxLength").GetInt32());
        Assert.Equal("string", Text(properties.GetProperty("tags"), "items", "type"));
        Assert.False(properties.GetProperty("extra").TryGetProperty("type", out _));

        var get = document.GetProperty("paths").GetProperty("/described").GetProperty("get");
        Assert.Equal(("The summary", "The description"), (get.GetProperty("summary").GetString(), get.GetProperty("description").GetString()));
        var arguments = document.GetProperty("paths").GetProperty("/rpc/describe_me").GetProperty("get").GetProperty("parameters");
        Assert.Equal("multi", arguments[1].GetProperty("collectionFormat").GetString());
    }

    [Fact]
    public async Task A_role_sees_what_it_was_granted_and_no_more()
    {
        await shared.Platform.Database.ExecuteAsync("create table public.for_service_only (id int primary key); grant select on public.for_service_only to service_role");
        await UntilAsync(shared.Platform.Service, d => d.GetProperty("definitions").TryGetProperty("for_service_only", out _));
        var document = await shared.Platform.Anonymous.GetFromJsonAsync<JsonElement>("/rest/v1/");
        Assert.False(document.GetProperty("definitions").TryGetProperty("for_service_only", out _));
        Assert.Equal("/rest/v1", document.GetProperty("basePath").GetString());
    }

    [Fact]
    public async Task The_description_can_be_open_to_all_or_closed_and_name_a_proxy()
    {
        await using var open = await TestPlatform.StartOnAsync(
            shared.Platform.Database, ("Rest:OpenApiMode", "ignore-privileges"), ("Rest:OpenApiServerProxyUri", "https://example.test/api"), ("Rest:OpenApiSecurityActive", "true"));
        var document = await open.Anonymous.GetFromJsonAsync<JsonElement>("/rest/v1/");
        Assert.True(document.GetProperty("definitions").TryGetProperty("workspaces", out _));
        Assert.Equal(("example.test:443", "/api"), (document.GetProperty("host").GetString(), document.GetProperty("basePath").GetString()));
        Assert.True(document.GetProperty("securityDefinitions").TryGetProperty("JWT", out _));

        await using var closed = await TestPlatform.StartOnAsync(shared.Platform.Database, ("Rest:OpenApiMode", "disabled"));
        using var answer = await closed.Service.GetAsync("/rest/v1/");
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Contains("PGRST126", await answer.Content.ReadAsStringAsync());
    }

    /// <summary>The document once the schema cache has followed.</summary>
    private static async Task<JsonElement> UntilAsync(HttpClient client, Func<JsonElement, bool> shown)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (true)
        {
            var document = await client.GetFromJsonAsync<JsonElement>("/rest/v1/", patience.Token);
            if (shown(document)) return document;
        }
    }

    private static string? Text(JsonElement parent, string name, string member) => parent.GetProperty(name).GetProperty(member).GetString();
}
