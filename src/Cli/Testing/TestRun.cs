using System.Diagnostics;
using Hedgerow.Cli.Output;

namespace Hedgerow.Cli.Testing;

/// <summary>Everything that <c>hedgerow test</c> does: builds, finds the suites, runs them, and says what came of it.</summary>
internal sealed class TestRun(string? filter)
{
    /// <summary>Debian's PostgreSQL 15, the oldest that is supported: the integration suite runs on it as well where it is installed.</summary>
    private const string OldestServer = "/usr/lib/postgresql/15/bin/postgres";

    private readonly Steps _steps = new();

    /// <summary>True when every suite reached its end and no test failed.</summary>
    public async Task<bool> RunAsync(CancellationToken cancellation)
    {
        var results = Path.Combine(Checkout.Root, "TestResults");
        if (Directory.Exists(results)) Directory.Delete(results, recursive: true);
        Directory.CreateDirectory(results);

        var came = new List<SuiteResult>();
        foreach (var suite in (IEnumerable<Suite>)[Preparation, .. Suites()])
        {
            _steps.Report($"Running {suite.Name}");
            var clock = Stopwatch.StartNew();
            var result = await ResultAsync(suite, results, cancellation);
            came.Add(result);
            Say(suite, result, clock.Elapsed);
            if (suite == Preparation && result.Died is not null) break;
        }
        var sum = SuiteResult.Sum(came);
        Console.WriteLine();
        Console.WriteLine(sum.Counts);
        return sum.Failed == 0;
    }

    /// <summary>What keeps a suite from running is a result as well: the sums are printed whatever happens.</summary>
    private static async Task<SuiteResult> ResultAsync(Suite suite, string results, CancellationToken cancellation)
    {
        try
        {
            return await suite.RunAsync(results, cancellation);
        }
        catch (CommandFailure e)
        {
            return SuiteResult.Nothing with { Died = e.Message };
        }
    }

    private static Suite Preparation { get; } = new("Build", async (_, cancellation) =>
    {
        await PrepareAsync(cancellation);
        return SuiteResult.Nothing;
    });

    /// <summary>The test projects, and beside them, since it mostly waits for the network, what the Node suites import.</summary>
    private static async Task PrepareAsync(CancellationToken cancellation)
    {
        var packages = NodeFolders().Any() ? InstallNodePackagesAsync(cancellation) : Task.CompletedTask;
        foreach (var project in DotnetProjects())
        {
            var build = await Subprocess.RunAsync(
                Suite.DotnetProgram, ["build", project, "-c", "Release", "-v", "quiet", "-nologo", "-nodeReuse:false"], cancellation, Checkout.Root);
            if (build is not { ExitCode: 0 })
                throw new CommandFailure($"{project} does not build:\n{build?.Output}{build?.Errors}", "");
        }
        await packages;
    }

    private static async Task InstallNodePackagesAsync(CancellationToken cancellation)
    {
        // npm leaves a copy of the lock where it installed; as long as that one is newer there is nothing to do.
        var installed = new FileInfo(Path.Combine(Checkout.Root, "node_modules", ".package-lock.json"));
        if (installed.Exists && installed.LastWriteTimeUtc > File.GetLastWriteTimeUtc(Path.Combine(Checkout.Root, "package-lock.json"))) return;
        var npm = await Subprocess.RunAsync("npm", ["ci", "--omit=optional", "--no-audit", "--no-fund"], cancellation, Checkout.Root);
        if (npm is not { ExitCode: 0 })
            throw new CommandFailure(
                $"npm could not install the test clients: {npm?.LastWords() ?? "there is no npm in PATH"}.", "Install Node.js 20 or newer and check the network.");
    }

    private IEnumerable<Suite> Suites()
    {
        foreach (var project in DotnetProjects())
        {
            var name = NameOf(project);
            yield return Suite.Dotnet(name, project, filter);
            if (name == "Integration" && File.Exists(OldestServer))
                yield return Suite.Dotnet(
                    $"{name} on PostgreSQL 15", project, filter, new Dictionary<string, string?> { ["HEDGEROW_TEST_PG"] = "15" });
        }
        foreach (var folder in NodeFolders())
            yield return Suite.Node(Path.GetFileName(folder), folder, filter);
        var tests = Path.Combine(Checkout.Root, "tests");
        yield return Suite.OnS3(Path.Combine(tests, "Integration", "Hedgerow.Tests.Integration.csproj"), Path.Combine(tests, "Clients"), filter);
    }

    /// <summary>Unit first: it takes the least time to say that something is wrong.</summary>
    private static IEnumerable<string> DotnetProjects() =>
        Directory.GetFiles(Path.Combine(Checkout.Root, "tests"), "*.csproj", SearchOption.AllDirectories)
            .OrderBy(project => NameOf(project) == "Unit" ? 0 : 1).ThenBy(project => project, StringComparer.Ordinal);

    private static IEnumerable<string> NodeFolders() =>
        Directory.GetDirectories(Path.Combine(Checkout.Root, "tests"))
            .Where(folder => Directory.EnumerateFiles(folder, "*.test.mjs").Any()).Order(StringComparer.Ordinal);

    private static string NameOf(string project) => Path.GetFileName(Path.GetDirectoryName(project)!);

    private static void Say(Suite suite, SuiteResult result, TimeSpan took)
    {
        foreach (var complaint in result.Complaints)
            Console.WriteLine($"\n--- {suite.Name}: {complaint.TrimEnd()}");
        if (result.Died is { } reason) Console.WriteLine($"\n--- {suite.Name} died: {reason}");
        Console.WriteLine($"{suite.Name}: {(suite == Preparation && result.Died is null ? "done" : result.Counts)} ({took.TotalSeconds:0.0} s)");
    }
}
