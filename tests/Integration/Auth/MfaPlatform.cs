using System.Buffers.Text;
using System.Text.Json;
using Hedgerow.Auth.Mfa;
using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Auth;

/// <summary>A platform whose people may enrol authenticator apps, and a table that asks for aal2.</summary>
public sealed class MfaPlatform : IAsyncLifetime
{
    private const string Diary = """
        create table public.diary (owner uuid not null default auth.uid(), line text not null);
        alter table public.diary enable row level security, force row level security;
        create policy own on public.diary for all to authenticated using (owner = (select auth.uid())) with check (owner = (select auth.uid()));
        create policy second_factor on public.diary as restrictive for all to authenticated using ((select auth.jwt() ->> 'aal') = 'aal2');
        grant select, insert on public.diary to authenticated;
        """;

    private TestDatabase? _database;

    public TestPlatform Platform { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync();
        await _database.ExecuteAsync(Diary);
        Platform = await TestPlatform.StartOnAsync(_database, ("Encryption:PrivateKey", "what encrypts in these tests"));
    }

    public async Task DisposeAsync()
    {
        await Platform.DisposeAsync();
        if (_database is not null) await _database.DisposeAsync();
    }
}

/// <summary>Someone's authenticator app: makes codes, each a later one, so that none is refused for having been used.</summary>
public sealed class Authenticator(Guid factor, string secret)
{
    private long _ahead;

    public Guid Factor => factor;

    /// <summary>At most two in half a minute are good: the present code and the next.</summary>
    public string NextCode() => Totp.Code(Base32.Decode(secret), Totp.StepAt(DateTimeOffset.UtcNow) + _ahead++);

    /// <summary>A code that is right at no time near.</summary>
    public string WrongCode()
    {
        var now = Totp.StepAt(DateTimeOffset.UtcNow);
        var near = Enumerable.Range(-5, 11).Select(step => Totp.Code(Base32.Decode(secret), now + step)).ToHashSet();
        return new[] { "000000", "111111", "222222", "333333", "444444", "555555", "666666", "777777", "888888", "999999", "123456", "654321" }
            .First(code => !near.Contains(code));
    }
}

/// <summary>The steps of a person with a second factor.</summary>
public static class MfaSteps
{
    public static Task<Answer> EnrolAsync(this TestUser user, string name = "phone", string? issuer = null) =>
        user.Http.SendAsync("POST", "/auth/v1/factors", new { factor_type = "totp", friendly_name = name, issuer });

    /// <summary>A new factor, unverified.</summary>
    public static async Task<Authenticator> AppAsync(this TestUser user, string name = "phone")
    {
        var answer = await user.EnrolAsync(name);
        Assert.True(answer.Status == 200, answer.Json.ToString());
        return new Authenticator(answer.Json.GetProperty("id").GetGuid(), answer.Json.GetProperty("totp").GetProperty("secret").GetString()!);
    }

    /// <summary>The id of a new challenge.</summary>
    public static async Task<string> ChallengeAsync(this TestUser user, Guid factor)
    {
        var answer = await user.Http.SendAsync("POST", $"/auth/v1/factors/{factor}/challenge");
        Assert.True(answer.Status == 200, answer.Json.ToString());
        return answer["id"]!;
    }

    public static Task<Answer> AnswerAsync(this TestUser user, Guid factor, string challenge, string code) =>
        user.Http.SendAsync("POST", $"/auth/v1/factors/{factor}/verify", new { challenge_id = challenge, code });

    public static async Task<Answer> ChallengeAndAnswerAsync(this TestUser user, Guid factor, string code) =>
        await user.AnswerAsync(factor, await user.ChallengeAsync(factor), code);

    /// <summary>The same person after the right code.</summary>
    public static async Task<TestUser> RaiseAsync(this TestUser user, Authenticator app, TestPlatform platform)
    {
        var answer = await user.ChallengeAndAnswerAsync(app.Factor, app.NextCode());
        Assert.True(answer.Status == 200, answer.Json.ToString());
        return TestUser.From(answer.Json, platform);
    }

    /// <summary>The same person, signed in once more.</summary>
    public static async Task<TestUser> SignInAgainAsync(this TestUser user, TestPlatform platform) =>
        TestUser.From((await platform.Anonymous.SendAsync("POST", "/auth/v1/token?grant_type=password", new { email = user.Email, password = "correct horse" })).Json, platform);

    public static JsonElement Claims(this TestUser user) => JsonSerializer.Deserialize<JsonElement>(Base64Url.DecodeFromChars(user.AccessToken.Split('.')[1]));
}
