using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Auth;

/// <summary>What the second factor is for: a policy asks for it, and REST obeys.</summary>
public sealed class MfaPolicyTests(MfaPlatform shared) : IClassFixture<MfaPlatform>
{
    private readonly TestPlatform _platform = shared.Platform;

    [Fact]
    public async Task A_table_that_asks_for_aal2_opens_with_the_code_only()
    {
        var user = await _platform.SignUpAsync();
        var line = new { line = "Dear diary" };
        Assert.Equal(403, (await user.Http.SendAsync("POST", "/rest/v1/diary", line)).Status);

        var raised = await user.RaiseAsync(await user.AppAsync(), _platform);

        Assert.Equal(201, (await raised.Http.SendAsync("POST", "/rest/v1/diary", line)).Status);
        Assert.Equal(1, (await raised.Http.SendAsync("GET", "/rest/v1/diary?select=line")).Json.GetArrayLength());
        var below = await raised.SignInAgainAsync(_platform);
        Assert.Equal(0, (await below.Http.SendAsync("GET", "/rest/v1/diary?select=line")).Json.GetArrayLength());
        Assert.Equal(403, (await below.Http.SendAsync("POST", "/rest/v1/diary", line)).Status);
    }
}
