using System.Diagnostics;
using Hedgerow.Cli;
using Hedgerow.Postgres;
using Hedgerow.Tests.Integration.Support;
using Npgsql;

namespace Hedgerow.Tests.Integration.Applications;

/// <summary>Every table, column, key, check and index that the seed documents name, held by their own checker.</summary>
public sealed class SeedCheckTests(ApplicationFixture fixture) : IClassFixture<ApplicationFixture>
{
    [SeedCheckTheory]
    [InlineData("public")]
    [InlineData("appforge")]
    [InlineData("app_builder")]
    [InlineData("spike_land")]
    [InlineData("web_builder")]
    public async Task Everything_that_the_seed_names_is_there(string system)
    {
        var url = DatabaseUrl.Format(new NpgsqlConnectionStringBuilder(fixture.Database.AdminConnectionString).ConnectionString);
        using var check = Process.Start(new ProcessStartInfo("python3", [SeedCheckTheoryAttribute.Checker, url, "--system", system, "--list"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var said = check.StandardOutput.ReadToEndAsync();
        var complained = check.StandardError.ReadToEndAsync();
        await check.WaitForExitAsync();
        Assert.True(check.ExitCode == 0, await said + await complained);
        Assert.Matches("seeds: ([0-9]+) of \\1 checks hold", await said);
    }
}

/// <summary>Skipped where the seed documents, Python or psql are not on the machine.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SeedCheckTheoryAttribute : TheoryAttribute
{
    public static string Checker => Path.Combine(Checkout.Root, "..", "shared", "seeds", "check.py");

    public SeedCheckTheoryAttribute()
    {
        if (!File.Exists(Checker)) Skip = "The seeds are not here: they are looked for in ../shared/seeds beside the checkout.";
        else if (!OnPath("python3") || !OnPath("psql")) Skip = "The checker of the seeds needs python3 and psql in PATH.";
    }

    private static bool OnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, program)));
}
