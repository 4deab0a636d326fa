using System.Text.Json;
using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Applications.SpikeLand;

/// <summary>SL-16, as a program with a key meets it.</summary>
public sealed class ApiKeyTests(SharedPlatform shared) : IClassFixture<SharedPlatform>
{
    private static readonly (string Name, string Value)[] s_profile = [("Accept-Profile", "spike_land"), ("Content-Profile", "spike_land")];
    private readonly TestPlatform _platform = shared.Platform;

    [Fact]
    public async Task SL_16_A_key_is_shown_once_stored_hashed_and_what_it_generates_its_person_pays()
    {
        var (person, id, key) = await KeyAsync(tokens: 4);
        Assert.StartsWith("sl_", key, StringComparison.Ordinal);
        Assert.Equal(0L, await _platform.Database.ScalarAsync<long>("select count(*) from spike_land.api_keys as k where to_jsonb(k)::text like '%' || $1 || '%'", key));

        var made = await GenerateAsync(key, new { prompt = "A harbour at dusk", tier = "TIER_1K" });
        Assert.Equal(201, made.Status);
        Assert.Equal("2", await _platform.Database.ScalarAsync<string>("select tokens_cost::text from spike_land.mcp_generation_jobs where api_key_id = $1", id));
        Assert.Equal(2, await BalanceAsync(person));
        Assert.NotNull(await _platform.Database.ScalarAsync<object>("select last_used_at from spike_land.api_keys where id = $1", id));
        Assert.Equal(402, (await GenerateAsync(key, new { prompt = "A harbour at noon", tier = "TIER_4K" })).Status);
    }

    [Fact]
    public async Task SL_16_A_revoked_and_an_invented_key_generate_nothing()
    {
        var (person, id, key) = await KeyAsync(tokens: 4);
        var revoked = await person.Http.SendAsync("POST", "/rest/v1/rpc/revoke_api_key", new { key_id = id }, s_profile);
        Assert.Equal((200, null), (revoked.Status, revoked["key_hash"]));
        Assert.Equal(401, (await GenerateAsync(key, new { prompt = "A harbour" })).Status);
        Assert.Equal(401, (await GenerateAsync("sl_" + new string('a', 32), new { prompt = "A harbour" })).Status);
        Assert.Equal(4, await BalanceAsync(person));
        var (stranger, _, _) = await KeyAsync(tokens: 0);
        Assert.Equal(404, (await stranger.Http.SendAsync("POST", "/rest/v1/rpc/revoke_api_key", new { key_id = id }, s_profile)).Status);
        var again = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => _platform.Database.ExecuteAsync("update spike_land.api_keys set is_active = true where id = $1", id));
        Assert.Equal("PT409", again.SqlState);
    }

    [Fact]
    public async Task SL_16_Which_key_asked_is_not_the_client_s_to_say_and_hashes_are_nobody_s_to_read()
    {
        var (_, id, _) = await KeyAsync(tokens: 0);
        var (other, _, _) = await KeyAsync(tokens: 4);
        Assert.Equal(403, (await other.Http.SendAsync("POST", "/rest/v1/mcp_generation_jobs", new { prompt = "A harbour", api_key_id = id }, s_profile)).Status);
        Assert.Equal(403, (await other.Http.SendAsync("GET", "/rest/v1/api_keys?select=key_hash", null, s_profile)).Status);
        Assert.Equal(4, await BalanceAsync(other));
    }

    [Fact]
    public async Task SL_16_A_job_that_fails_or_is_cancelled_is_refunded_once_and_modifying_needs_an_image()
    {
        var (person, _, key) = await KeyAsync(tokens: 4);
        Assert.Equal(400, (await GenerateAsync(key, new { prompt = "Bluer", type = "MODIFY" })).Status);
        Assert.Equal(201, (await GenerateAsync(key, new { prompt = "One" })).Status);
        Assert.Equal(201, (await GenerateAsync(key, new { prompt = "Two" })).Status);
        Assert.Equal(0, await BalanceAsync(person));
        Assert.Equal(204, (await person.Http.SendAsync("PATCH", "/rest/v1/mcp_generation_jobs?prompt=eq.One", new { status = "CANCELLED" }, s_profile)).Status);
        Assert.Equal(403, (await person.Http.SendAsync("PATCH", "/rest/v1/mcp_generation_jobs?prompt=eq.Two", new { status = "FAILED" }, s_profile)).Status);
        await _platform.Database.ExecuteAsync("update spike_land.mcp_generation_jobs set status = 'FAILED' where prompt = 'Two' and user_id = (select id from spike_land.users where auth_id = $1)", person.Id);
        Assert.Equal(4, await BalanceAsync(person));
    }

    private async Task<(TestUser Person, string Id, string Key)> KeyAsync(int tokens)
    {
        var person = await _platform.SignUpAsync();
        if (tokens > 0)
            await _platform.Database.ExecuteAsync("insert into spike_land.token_transactions (user_id, amount, type) select id, $2, 'EARN_BONUS' from spike_land.users where auth_id = $1", person.Id, tokens);
        var made = await person.Http.SendAsync("POST", "/rest/v1/rpc/create_api_key", new { name = "CI" }, s_profile);
        Assert.Equal(200, made.Status);
        return (person, made["id"]!, made["key"]!);
    }

    private async Task<Answer> GenerateAsync(string key, object job)
    {
        using var client = _platform.Client(null);
        return await client.SendAsync("POST", "/rest/v1/mcp_generation_jobs", job, [.. s_profile, ("apikey", key)]);
    }

    private Task<int> BalanceAsync(TestUser person) => _platform.Database.ScalarAsync<int>(
        "select balance from spike_land.user_token_balances where user_id = (select id from spike_land.users where auth_id = $1)", person.Id);
}
