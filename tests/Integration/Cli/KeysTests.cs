using System.Text.RegularExpressions;
using Hedgerow.Postgres;
using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Cli;

public sealed partial class KeysTests
{
    [Fact]
    public async Task Rotated_keys_are_listed_and_ended_by_name_but_not_the_one_that_signs()
    {
        await using var database = await TestDatabase.CreateAsync();
        using var state = new TemporaryState();
        Task<(int ExitCode, string Said)> Keys(params string[] arguments) =>
            HedgerowProcess.RunAsync(["keys", .. arguments, "--state", state.Path, "--db", DatabaseUrl.Format(database.AdminConnectionString)]);

        var rotated = await Keys("rotate");
        Assert.True(rotated.ExitCode == 0, rotated.Said);
        var first = Kid().Match(rotated.Said).Value;
        Assert.Contains($"{first}  ES256   signs from", (await Keys("list")).Said, StringComparison.Ordinal);
        await database.ExecuteAsync("update hedgerow.jwt_keys set signs_at = now()");
        Assert.Contains($"{first}  ES256   signs\n", (await Keys("list")).Said, StringComparison.Ordinal);
        Assert.Contains("is the key that signs", (await Keys("revoke", first)).Said, StringComparison.Ordinal);

        Assert.Equal(0, (await Keys("rotate", "--algorithm", "HS256")).ExitCode);
        Assert.Contains($"{first}  ES256   signs until its successor does", (await Keys("list")).Said, StringComparison.Ordinal);
        await database.ExecuteAsync("update hedgerow.jwt_keys set signs_at = now()");
        Assert.Equal(0, (await Keys("revoke", first)).ExitCode);
        Assert.DoesNotContain(first, (await Keys("list")).Said, StringComparison.Ordinal);
        Assert.Equal(1, (await Keys("revoke", Guid.NewGuid().ToString())).ExitCode);
    }

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f-]{27}")]
    private static partial Regex Kid();
}
