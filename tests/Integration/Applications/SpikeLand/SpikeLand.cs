using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Applications.SpikeLand;

/// <summary>What the tests of Spike Land begin with.</summary>
internal static class SpikeLand
{
    public const string Address = """{"name": "Ada", "line1": "1 Mill Lane", "city": "Leeds", "postalCode": "LS1 1AA", "country": "GB"}""";

    /// <summary>A new account with its profile's id, and tokens to spend.</summary>
    public static async Task<(Person Person, string Id)> LanderAsync(this ApplicationFixture fixture, int tokens = 0, string role = "USER")
    {
        var person = await fixture.SignUpAsync();
        var id = (await person.ScalarAsync<string>("select id from spike_land.users"))!;
        if (tokens > 0) await fixture.GiveAsync(id, tokens);
        if (role != "USER") await fixture.Service.ExecuteAsync("update spike_land.users set role = $2::spike_land.user_role where id = $1", id, role);
        return (person, id);
    }

    public static Task GiveAsync(this ApplicationFixture fixture, string user, int tokens) => fixture.Service.ExecuteAsync(
        "insert into spike_land.token_transactions (user_id, amount, type) values ($1, $2, 'EARN_BONUS')", user, tokens);

    public static async Task<int> BalanceAsync(this ApplicationFixture fixture, string user) =>
        await fixture.Operator.ScalarAsync<int>("select balance from spike_land.user_token_balances where user_id = $1", user);

    /// <summary>An image of a person's own, square.</summary>
    public static async Task<string> ImageAsync(this ApplicationFixture fixture, Person person, int pixels = 1200, bool isPublic = false) =>
        (await person.ScalarAsync<string>(
            """
            insert into spike_land.enhanced_images (name, original_url, original_r2_key, original_width, original_height, original_size_bytes, original_format, is_public)
            select 'Harbour', 'https://img.example/harbour.jpg', id || '/' || gen_random_uuid() || '.jpg', $1, $1, 400000, 'jpeg', $2 from spike_land.users
            where auth_id = auth.uid() returning id
            """, pixels, isPublic))!;

    public static async Task<string> JobAsync(this Person person, string image, string tier = "TIER_1K") =>
        (await person.ScalarAsync<string>("insert into spike_land.image_enhancement_jobs (image_id, tier) values ($1, $2::spike_land.enhancement_tier) returning id", image, tier))!;

    /// <summary>A worker takes a job and completes it.</summary>
    public static async Task CompleteAsync(this ApplicationFixture fixture, string job, int pixels = 4096)
    {
        await fixture.Service.ExecuteAsync("update spike_land.image_enhancement_jobs set status = 'PROCESSING' where id = $1", job);
        await fixture.Service.ExecuteAsync(
            """
            update spike_land.image_enhancement_jobs set status = 'COMPLETED', enhanced_url = 'https://img.example/' || id || '.jpg',
              enhanced_r2_key = user_id || '/' || id || '.jpg', enhanced_width = $2, enhanced_height = $2 where id = $1
            """, job, pixels);
    }

    /// <summary>The only value of a query about what is really there.</summary>
    public static Task<T?> SeenAsync<T>(this ApplicationFixture fixture, string sql, params object?[] arguments) => fixture.Operator.ScalarAsync<T>(sql, arguments);
}
