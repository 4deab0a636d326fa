namespace Hedgerow.Cli.Testing;

/// <summary>A folder below <c>tests/</c> that can be run on its own.</summary>
/// <param name="Name">As it is shown.</param>
/// <param name="RunAsync">Takes the folder for results and logs.</param>
internal sealed record Suite(string Name, Func<string, CancellationToken, Task<SuiteResult>> RunAsync)
{
    /// <summary>
    /// A .NET project, built already. Further <paramref name="environment"/> tells two runs of one project apart (another PostgreSQL).
    /// </summary>
    public static Suite Dotnet(string name, string project, string? filter, IReadOnlyDictionary<string, string?>? environment = null) =>
        new(name, async (results, cancellation) =>
        {
            var assembly = Path.Combine(
                Path.GetDirectoryName(project)!, "bin", "Release", "net10.0", Path.ChangeExtension(Path.GetFileName(project), ".dll"));
            var trx = Path.Combine(results, FileName(name, "trx"));
            var ended = await SayingAsync(
                name, results, DotnetProgram,
                [
                    "test", assembly, "--nologo", "--logger", $"trx;LogFileName={trx}", "--results-directory", results,
                    .. filter is null ? Array.Empty<string>() : ["--filter", $"FullyQualifiedName~{filter}"],
                ],
                environment, cancellation);
            return TrxFile.Read(trx, ended.ExitCode, ended.LastWords(20));
        });

    /// <summary>All <c>*.test.mjs</c> of a folder, under Node, with a running platform's <c>API_URL</c>, <c>ANON_KEY</c> … in their environment.</summary>
    public static Suite Node(string name, string folder, string? filter) =>
        new(name, async (results, cancellation) =>
        {
            await using var platform = await PlatformUnderTest.StartAsync(cancellation);
            var ended = await SayingAsync(
                name, results, "node",
                [
                    "--test", "--test-reporter=tap", .. filter is null ? Array.Empty<string>() : [$"--test-name-pattern={filter}"],
                    .. Directory.GetFiles(folder, "*.test.mjs").Order(StringComparer.Ordinal),
                ],
                platform.Variables, cancellation);
            return TapOutput.Read(ended.Output, ended.ExitCode, ended.LastWords(20));
        });

    /// <summary>The <c>dotnet</c> that runs this very process.</summary>
    public static string DotnetProgram { get; } = Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet";

    private static async Task<Subprocess.Ended> SayingAsync(
        string name, string results, string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment, CancellationToken cancellation)
    {
        var ended = await Subprocess.RunAsync(program, arguments, cancellation, Checkout.Root, environment: environment)
            ?? new Subprocess.Ended(127, "", $"there is no {program} in PATH");
        await File.WriteAllTextAsync(Path.Combine(results, FileName(name, "log")), ended.Output + ended.Errors, cancellation);
        return ended;
    }

    private static string FileName(string name, string extension) => $"{name.Replace(' ', '-')}.{extension}";
}
