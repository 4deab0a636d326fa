using System.Text.Json;
using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Applications.AppBuilder;

/// <summary>AB-05, as a program with a key meets it.</summary>
public sealed class ApiKeyTests(SharedPlatform shared) : IClassFixture<SharedPlatform>
{
    private readonly TestPlatform _platform = shared.Platform;

    [Fact]
    public async Task AB_05_A_key_is_shown_once_stored_hashed_and_opens_REST_as_its_person()
    {
        var (person, id, key) = await KeyAsync();
        Assert.StartsWith("ab_", key, StringComparison.Ordinal);
        Assert.Equal(0L, await _platform.Database.ScalarAsync<long>("select count(*) from app_builder.api_keys where row_to_json(api_keys)::text like '%' || $1 || '%'", key));

        var seen = await UsersAsync(("apikey", key));
        Assert.Equal(person.Email, Assert.Single(seen.EnumerateArray()).GetProperty("email").GetString());
        // The official client sends it in both headers.
        Assert.Single((await UsersAsync(("apikey", key), ("Authorization", $"Bearer {key}"))).EnumerateArray());
        Assert.NotNull(await _platform.Database.ScalarAsync<object>("select last_used_at from app_builder.api_keys where id = $1", id));
    }

    [Fact]
    public async Task AB_05_A_revoked_an_expired_and_an_invented_key_open_nothing()
    {
        var (person, id, key) = await KeyAsync();
        Assert.Equal(200, (await person.Http.SendAsync("POST", "/rest/v1/rpc/revoke_api_key", new { id }, Profile)).Status);
        Assert.Equal(401, (await AskAsync(("apikey", key))).Status);

        var (_, expiring, expired) = await KeyAsync();
        await _platform.Database.ExecuteAsync("update app_builder.api_keys set expires_at = now() - interval '1 second' where id = $1", expiring);
        Assert.Equal(401, (await AskAsync(("apikey", expired))).Status);

        var invented = await AskAsync(("apikey", "ab_" + new string('a', 32)));
        Assert.Equal((401, "invalid_api_key"), (invented.Status, invented["code"]));
        Assert.Equal(401, (await AskAsync(("apikey", "zz_" + new string('a', 32)))).Status);
    }

    [Fact]
    public async Task AB_05_A_key_of_somebody_who_was_banned_opens_nothing()
    {
        var (person, _, key) = await KeyAsync();
        await _platform.Database.ExecuteAsync("update auth.users set banned_until = now() + interval '1 day' where id = $1", person.Id);
        Assert.Equal(401, (await AskAsync(("apikey", key))).Status);
    }

    [Fact]
    public async Task AB_05_A_key_does_not_reach_the_account()
    {
        var (_, _, key) = await KeyAsync();
        using var client = _platform.Client(null);
        var answer = await client.SendAsync("PUT", "/auth/v1/user", new { password = "taken over it" }, ("apikey", key), ("Authorization", $"Bearer {key}"));
        Assert.InRange(answer.Status, 400, 499);
    }

    [Fact]
    public async Task AB_05_Nobody_reads_a_hash_or_ends_the_key_of_another()
    {
        var (person, id, _) = await KeyAsync();
        Assert.Equal(403, (await person.Http.SendAsync("GET", "/rest/v1/api_keys?select=key_hash", null, Accept)).Status);
        var stranger = await _platform.SignUpAsync();
        Assert.Equal(404, (await stranger.Http.SendAsync("POST", "/rest/v1/rpc/revoke_api_key", new { id }, Profile)).Status);
        Assert.Empty((await stranger.Http.SendAsync("GET", "/rest/v1/api_keys?select=id", null, Accept)).Json.EnumerateArray());
    }

    private static readonly (string, string) Profile = ("Content-Profile", "app_builder");
    private static readonly (string, string) Accept = ("Accept-Profile", "app_builder");

    private async Task<(TestUser Person, string Id, string Key)> KeyAsync()
    {
        var person = await _platform.SignUpAsync();
        var made = await person.Http.SendAsync("POST", "/rest/v1/rpc/create_api_key", new { name = "CI" }, Profile);
        Assert.Equal(200, made.Status);
        return (person, made["id"]!, made["key"]!);
    }

    private async Task<JsonElement> UsersAsync(params (string, string)[] headers)
    {
        var answer = await AskAsync(headers);
        Assert.Equal(200, answer.Status);
        return answer.Json;
    }

    private async Task<Answer> AskAsync(params (string, string)[] headers)
    {
        using var client = _platform.Client(null);
        return await client.SendAsync("GET", "/rest/v1/users?select=email", null, [.. headers, Accept]);
    }
}
