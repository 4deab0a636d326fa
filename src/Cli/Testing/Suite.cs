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

    /// <summary>Storage's suites once more, .NET's and the official client's, with their objects on a real S3 server.</summary>
    public static Suite OnS3(string project, string clients, string? filter) =>
        new("Storage on S3", async (results, cancellation) =>
        {
            if (!ObjectServer.IsThere)
            {
                Console.WriteLine("Storage on S3: left out, because ../shared/s3/up is not there to start a server.");
                return SuiteResult.Nothing;
            }
            await using var server = await ObjectServer.StartAsync(cancellation);
            var rooms = Dotnet(
                "Storage on S3", project, filter is null ? "Integration.Storage" : $"Integration.Storage&FullyQualifiedName~{filter}",
                new Dictionary<string, string?> { ["HEDGEROW_TEST_STORAGE"] = server.Url });
            var official = Node("Clients on S3", clients, filter, "storage*.test.mjs", "--storage", $"{server.Url}/clients");
            SuiteResult[] came = [await rooms.RunAsync(results, cancellation), await official.RunAsync(results, cancellation)];
            return SuiteResult.Sum(came) with
            {
                Complaints = [.. came.SelectMany(result => result.Died is null ? result.Complaints : [.. result.Complaints, $"died: {result.Died}"])],
            };
        });

    /// <summary>All <c>*.test.mjs</c> of a folder, under Node, with a running platform's <c>API_URL</c>, <c>ANON_KEY</c> … in their environment.</summary>
    /// <param name="files">Which of the files.</param>
    /// <param name="up">What the platform is started with beside state and port.</param>
    public static Suite Node(string name, string folder, string? filter, string files = "*.test.mjs", params string[] up) =>
        new(name, async (results, cancellation) =>
        {
            await using var platform = await PlatformUnderTest.StartAsync(cancellation, up);
            var ended = await SayingAsync(
                name, results, "node",
                [
                    "--test", "--test-reporter=tap", .. filter is null ? Array.Empty<string>() : [$"--test-name-pattern={filter}"],
                    .. Directory.GetFiles(folder, files).Order(StringComparer.Ordinal),
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
