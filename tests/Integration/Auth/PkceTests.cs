using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Auth;

/// <summary>Codes and verifiers at <c>/token?grant_type=pkce</c>; the flows stand as a mail or a provider's callback leaves them.</summary>
public sealed class PkceTests(SharedPlatform shared) : IClassFixture<SharedPlatform>
{
    private const string Verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    private const string Challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    private TestPlatform Platform => shared.Platform;

    [Fact]
    public async Task A_code_and_its_verifier_buy_a_session_once()
    {
        var user = await Platform.SignUpAsync();
        var code = await FlowOfAsync(user.Id, providerToken: "gho_1");

        var answer = await RedeemAsync(code);

        Assert.True(answer.Status == 200, answer.Json.ToString());
        Assert.Equal(user.Id, answer.Json.GetProperty("user").GetProperty("id").GetGuid());
        Assert.Equal("gho_1", answer["provider_token"]);
        Assert.False(answer.Json.TryGetProperty("provider_refresh_token", out _));
        Assert.Equal("flow_state_not_found", (await RedeemAsync(code)).ErrorCode);
    }

    [Fact]
    public async Task Of_parallel_redemptions_one_wins()
    {
        var code = await FlowOfAsync((await Platform.SignUpAsync()).Id);

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => RedeemAsync(code)));

        Assert.Single(answers, answer => answer.Status == 200);
        Assert.Equal(7, answers.Count(answer => answer.ErrorCode == "flow_state_not_found"));
    }

    [Fact]
    public async Task A_wrong_verifier_is_refused_and_costs_the_owner_nothing()
    {
        var code = await FlowOfAsync((await Platform.SignUpAsync()).Id);

        var refused = await RedeemAsync(code, Challenge);

        Assert.Equal((400, "bad_code_verifier"), (refused.Status, refused.ErrorCode));
        Assert.Equal(200, (await RedeemAsync(code)).Status);
    }

    [Theory]
    [InlineData("oauth", "6 minutes", "1 minute", false)]
    [InlineData("oauth", "4 minutes", "1 minute", true)]
    [InlineData("magiclink", "50 minutes", "1 minute", true)] // read late, followed at once
    [InlineData("magiclink", "50 minutes", "6 minutes", false)]
    public async Task A_code_is_good_for_five_minutes(string method, string begun, string issued, bool isGood)
    {
        var code = await FlowOfAsync((await Platform.SignUpAsync()).Id, method: method, begun: begun, issued: issued);

        var answer = await RedeemAsync(code);

        Assert.Equal(isGood ? (200, null) : (422, "flow_state_expired"), (answer.Status, answer.ErrorCode));
    }

    [Fact]
    public async Task Codes_of_unknown_flows_and_of_flows_without_a_person_buy_nothing()
    {
        Assert.Equal((404, "flow_state_not_found"), await TryAsync(new { auth_code = Guid.NewGuid(), code_verifier = Verifier }));
        Assert.Equal((404, "flow_state_not_found"), await TryAsync(new { auth_code = "a\0b", code_verifier = Verifier }));
        Assert.Equal((404, "flow_state_not_found"), await TryAsync(new { auth_code = await FlowOfAsync(null), code_verifier = Verifier }));
        Assert.Equal((400, "validation_failed"), await TryAsync(new { code_verifier = Verifier }));
        Assert.Equal((400, "validation_failed"), await TryAsync(new { auth_code = Guid.NewGuid() }));
        Assert.Equal((400, "bad_json"), await TryAsync(new { auth_code = 5 }));
    }

    [Fact]
    public async Task Nobody_gets_in_who_was_banned_or_deleted_meanwhile()
    {
        var (banned, deleted) = (await Platform.SignUpAsync(), await Platform.SignUpAsync());
        var codes = (Banned: await FlowOfAsync(banned.Id), Deleted: await FlowOfAsync(deleted.Id));
        await Platform.Service.SendAsync("PUT", $"/auth/v1/admin/users/{banned.Id}", new { ban_duration = "1h" });
        await Platform.Service.SendAsync("DELETE", $"/auth/v1/admin/users/{deleted.Id}");

        Assert.Equal("user_banned", (await RedeemAsync(codes.Banned)).ErrorCode);
        Assert.Equal("user_not_found", (await RedeemAsync(codes.Deleted)).ErrorCode);
    }

    [Fact]
    public async Task What_was_encrypted_with_another_key_is_refused_and_says_what_to_do()
    {
        var code = await FlowOfAsync((await Platform.SignUpAsync()).Id, providerToken: $"aes-gcm:{Convert.ToBase64String(new byte[64])}");

        var refused = await RedeemAsync(code);

        Assert.Equal((422, "flow_state_expired"), (refused.Status, refused.ErrorCode));
        Assert.EndsWith("sign in again", refused["msg"]);
    }

    private async Task<string> FlowOfAsync(Guid? user, string method = "magiclink", string begun = "0", string issued = "0", string? providerToken = null)
    {
        var code = Guid.NewGuid().ToString();
        await Platform.Database.ExecuteAsync(
            """
            insert into auth.flow_state (id, user_id, auth_code, code_challenge, code_challenge_method, provider_type, authentication_method,
                                         provider_access_token, created_at, auth_code_issued_at)
            values (gen_random_uuid(), $1::uuid, $2, $3, 's256', $4, $4, $5, now() - $6::interval, now() - $7::interval)
            """,
            user, code, Challenge, method, providerToken, begun, issued);
        return code;
    }

    private Task<Answer> RedeemAsync(string code, string verifier = Verifier) =>
        Platform.Anonymous.SendAsync("POST", "/auth/v1/token?grant_type=pkce", new { auth_code = code, code_verifier = verifier });

    private async Task<(int, string?)> TryAsync(object body)
    {
        var answer = await Platform.Anonymous.SendAsync("POST", "/auth/v1/token?grant_type=pkce", body);
        return (answer.Status, answer.ErrorCode);
    }
}
