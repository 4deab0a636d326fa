using System.Text.Json;
using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Auth.External;

/// <summary>Whose account an identity opens, where addresses must be proved.</summary>
public sealed class LinkingTests(StrictPlatform external) : IClassFixture<StrictPlatform>
{
    [Fact]
    public async Task A_proved_address_opens_the_account_that_has_it()
    {
        var email = $"{Guid.NewGuid():N}@example.test";
        var account = await MakeAsync(email, isConfirmed: true);

        var session = await external.SignInAsync("github", external.GitHub, Person.New(email.ToUpperInvariant()));

        var user = await UserAsync(session["access_token"]);
        Assert.Equal(account, user.GetProperty("id").GetGuid());
        Assert.Equal(["email", "github"], Providers(user));
        Assert.Equal("Ada Lovelace", user.GetProperty("user_metadata").GetProperty("full_name").GetString());
        Assert.Equal("kept", user.GetProperty("user_metadata").GetProperty("own").GetString());
        Assert.Equal(200, (await PasswordAsync(email)).Status);
    }

    [Fact]
    public async Task A_second_proved_address_opens_it_as_well()
    {
        var email = $"{Guid.NewGuid():N}@example.test";
        var account = await MakeAsync(email, isConfirmed: true);
        var session = await external.SignInAsync("github", external.GitHub, Person.New() with { SecondEmail = email });
        Assert.Equal(account, (await UserAsync(session["access_token"])).GetProperty("id").GetGuid());
    }

    [Fact]
    public async Task Two_providers_that_vouch_for_one_address_open_one_account()
    {
        var email = $"{Guid.NewGuid():N}@example.test";
        var first = await UserAsync((await external.SignInAsync("github", external.GitHub, Person.New(email)))["access_token"]);
        var second = await UserAsync((await external.SignInAsync("gitlab", external.GitLab, Person.New(email)))["access_token"]);
        Assert.Equal(first.GetProperty("id").GetGuid(), second.GetProperty("id").GetGuid());
        Assert.Equal(["github", "gitlab"], Providers(second));
    }

    [Fact]
    public async Task An_address_that_the_provider_does_not_vouch_for_opens_nobodys_account()
    {
        var email = $"{Guid.NewGuid():N}@example.test";
        await MakeAsync(email, isConfirmed: true);

        var back = await external.ComeBackAsync(external.GitHub.Approve(await external.LeaveAsync("github"), Person.New(email, isVerified: false)));

        // The other address that this stand-in tells is verified, but it is not the one the person is known by.
        Assert.DoesNotContain(email, back.ToString(), StringComparison.Ordinal);
        Assert.Equal(["email"], await ProvidersOfAsync(email));
    }

    [Fact]
    public async Task Someone_new_with_an_unproved_address_gets_a_mail_first()
    {
        var person = Person.New(isVerified: false);

        var back = ExternalPlatform.Query(await external.ComeBackAsync(external.GitLab.Approve(await external.LeaveAsync("gitlab"), person)));

        Assert.Equal(("access_denied", "provider_email_needs_verification"), (back["error"], back["error_code"]));
        Assert.Equal("Unverified email with gitlab. A confirmation email has been sent to your gitlab email", back["error_description"]);
        Assert.Equal(1, await external.Platform.Database.ScalarAsync<long>("select count(*) from auth.one_time_tokens where relates_to = $1", person.Email));

        var proved = await external.SignInAsync("gitlab", external.GitLab, person with { IsVerified = true });
        Assert.Equal(person.Email, (await UserAsync(proved["access_token"])).GetProperty("email").GetString());
        Assert.Equal(0, await external.Platform.Database.ScalarAsync<long>("select count(*) from auth.one_time_tokens where relates_to = $1", person.Email));
    }

    [Fact]
    public async Task Whoever_made_an_account_for_anothers_address_and_waits_is_shut_out()
    {
        var email = $"{Guid.NewGuid():N}@example.test";
        var account = await MakeAsync(email, isConfirmed: false);

        var session = await external.SignInAsync("github", external.GitHub, Person.New(email));

        var user = await UserAsync(session["access_token"]);
        Assert.Equal(account, user.GetProperty("id").GetGuid());
        Assert.Equal(["github"], Providers(user));
        Assert.False(user.GetProperty("user_metadata").TryGetProperty("own", out _));
        Assert.Equal("invalid_credentials", (await PasswordAsync(email)).ErrorCode);
    }

    [Fact]
    public async Task An_identity_with_an_unproved_address_does_not_draw_its_owners_sign_in_into_it()
    {
        var victim = $"{Guid.NewGuid():N}@example.test";
        var attacker = await MakeAsync($"{Guid.NewGuid():N}@example.test", isConfirmed: true);
        await external.Platform.Database.ExecuteAsync(
            "insert into auth.identities (provider_id, user_id, identity_data, provider, created_at) values ('1', $1, jsonb_build_object('sub', '1', 'email', $2::text, 'email_verified', false), 'custom:evil', now())",
            attacker, victim);

        var session = await external.SignInAsync("github", external.GitHub, Person.New(victim));

        Assert.NotEqual(attacker, (await UserAsync(session["access_token"])).GetProperty("id").GetGuid());
    }

    [Fact]
    public async Task An_address_is_not_proved_by_another_address()
    {
        var victim = $"{Guid.NewGuid():N}@example.test";
        var person = Person.New(victim, isVerified: false);
        await external.ComeBackAsync(external.GitLab.Approve(await external.LeaveAsync("gitlab"), person));
        await external.Platform.Database.ExecuteAsync("delete from auth.mail_turns where address = $1", victim);

        var back = ExternalPlatform.Query(await external.ComeBackAsync(external.GitLab.Approve(await external.LeaveAsync("gitlab"), person with { Email = "attacker@example.test", IsVerified = true })));

        Assert.Equal("provider_email_needs_verification", back["error_code"]);
        Assert.Null(await external.Platform.Database.ScalarAsync<DateTime?>("select email_confirmed_at from auth.users where email = $1", victim));
    }

    [Fact]
    public async Task Where_several_accounts_have_the_address_nobody_is_signed_in()
    {
        var (one, two) = ($"{Guid.NewGuid():N}@example.test", $"{Guid.NewGuid():N}@example.test");
        await external.SignInAsync("gitlab", external.GitLab, Person.New(one));
        await external.SignInAsync("gitlab", external.GitLab, Person.New(two));

        var back = ExternalPlatform.Query(await external.ComeBackAsync(external.GitHub.Approve(await external.LeaveAsync("github"), Person.New(one) with { SecondEmail = two })));

        Assert.Equal(("server_error", "conflict"), (back["error"], back["error_code"]));
    }

    [Fact]
    public async Task Of_parallel_first_sign_ins_of_one_person_one_account_comes()
    {
        var person = Person.New();
        var callbacks = new List<Uri>();
        for (var i = 0; i < 5; i++) callbacks.Add(external.GitHub.Approve(await external.LeaveAsync("github"), person));

        var answers = await Task.WhenAll(callbacks.Select(callback => external.ComeBackAsync(callback)));

        Assert.All(answers, back => Assert.Contains("access_token", ExternalPlatform.Fragment(back)));
        Assert.Equal(1, await external.Platform.Database.ScalarAsync<long>("select count(*) from auth.users where email = $1", person.Email));
    }

    [Fact]
    public async Task The_banned_stay_out()
    {
        var person = Person.New();
        var user = await UserAsync((await external.SignInAsync("github", external.GitHub, person))["access_token"]);
        await external.Platform.Service.SendAsync("PUT", $"/auth/v1/admin/users/{user.GetProperty("id").GetGuid()}", new { ban_duration = "1h" });

        var back = ExternalPlatform.Query(await external.ComeBackAsync(external.GitHub.Approve(await external.LeaveAsync("github"), person)));

        Assert.Equal(("access_denied", "user_banned"), (back["error"], back["error_code"]));
    }

    [Fact]
    public async Task An_invitation_is_accepted_with_an_account_elsewhere()
    {
        var email = $"{Guid.NewGuid():N}@example.test";
        var link = await external.Platform.Service.SendAsync("POST", "/auth/v1/admin/generate_link", new { type = "invite", email });
        var parameters = $"&invite_token={link["hashed_token"]}";

        var another = ExternalPlatform.Query(await external.ComeBackAsync(external.GitHub.Approve(await external.LeaveAsync("github", parameters), Person.New())));
        Assert.Equal("validation_failed", another["error_code"]);

        var session = ExternalPlatform.Fragment(await external.ComeBackAsync(external.GitHub.Approve(await external.LeaveAsync("github", parameters), Person.New(email))));
        var user = await UserAsync(session["access_token"]);
        Assert.Equal(link.Json.GetProperty("id").GetGuid(), user.GetProperty("id").GetGuid());
        Assert.Equal(404, (await external.Browser.SendAsync("GET", $"/auth/v1/authorize?provider=github{parameters}")).Status);
    }

    private async Task<Guid> MakeAsync(string email, bool isConfirmed)
    {
        var body = new { email, password = "correct horse", email_confirm = isConfirmed, user_metadata = new { own = "kept" } };
        var answer = await external.Platform.Service.SendAsync("POST", "/auth/v1/admin/users", body);
        return answer.Json.GetProperty("id").GetGuid();
    }

    private Task<Answer> PasswordAsync(string email) =>
        external.Platform.Anonymous.SendAsync("POST", "/auth/v1/token?grant_type=password", new { email, password = "correct horse" });

    private async Task<JsonElement> UserAsync(string token) => (await external.Platform.Client(token).SendAsync("GET", "/auth/v1/user")).Json;

    private async Task<string[]> ProvidersOfAsync(string email) =>
        (await external.Platform.Database.ScalarAsync<string[]>(
            "select array_agg(i.provider order by i.provider) from auth.identities i join auth.users u on u.id = i.user_id where u.email = $1", email))!;

    private static string[] Providers(JsonElement user) =>
        [.. user.GetProperty("app_metadata").GetProperty("providers").EnumerateArray().Select(provider => provider.GetString()!).Order(StringComparer.Ordinal)];
}
