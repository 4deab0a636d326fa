using System.CommandLine;
using System.Diagnostics;
using Hedgerow.Cli.Embedded;
using Hedgerow.Cli.Testing;
using Hedgerow.Postgres;

namespace Hedgerow.Cli.Commands;

/// <summary>
/// <c>hedgerow bench [NAME] [--db URL]</c>: builds <c>bench/</c> and runs a benchmark, or all. It speaks to the terminal itself. Without
/// <c>--db</c> it measures on a PostgreSQL of its own, which is gone afterwards.
/// </summary>
internal static class BenchCommand
{
    public static Command Create()
    {
        var name = new Argument<string[]>("name") { Description = "The benchmark and its own options; without one all run.", Arity = ArgumentArity.ZeroOrMore };
        var command = new Command("bench", "Run the benchmarks, each against its floor, peer or target.") { name };
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction((parsed, cancellation) => RunAsync([.. parsed.GetValue(name) ?? [], .. parsed.UnmatchedTokens], cancellation));
        return command;
    }

    private static async Task<int> RunAsync(string[] arguments, CancellationToken cancellation)
    {
        var build = await Subprocess.RunAsync(
            Suite.DotnetProgram, ["build", "bench", "-c", "Release", "-v", "quiet", "-nologo", "-nodeReuse:false"], cancellation, Checkout.Root);
        if (build is not { ExitCode: 0 }) throw new CommandFailure($"bench/ does not build:\n{build?.Output}{build?.Errors}", "");

        var start = new ProcessStartInfo(
            Suite.DotnetProgram, [Path.Combine(Checkout.Root, "bench", "bin", "Release", "net10.0", "Hedgerow.Bench.dll"), .. arguments]);
        if (arguments.Contains("--db") || arguments.FirstOrDefault() is "start" or "realtime") return await RunAsync(start);

        // Not a private folder: under root the server runs as another account, which must be able to enter it.
        var state = Path.Combine(Path.GetTempPath(), $"hedgerow-bench-{Environment.ProcessId}");
        try
        {
            await using var server = await EmbeddedServer.StartAsync(
                new EmbeddedServerOptions
                {
                    State = state,
                    Password = Path.GetRandomFileName(),
                    // As a machine of this size would be set up; the rest is PostgreSQL's default.
                    Settings = new Dictionary<string, string> { ["shared_buffers"] = "512MB", ["max_wal_size"] = "4GB" },
                },
                new Progress<string>(Console.WriteLine), cancellation);
            start.Environment["HEDGEROW_BENCH_DB"] = DatabaseUrl.Format(server.ConnectionString);
            return await RunAsync(start);
        }
        finally
        {
            Directory.Delete(state, recursive: true);
        }
    }

    private static async Task<int> RunAsync(ProcessStartInfo start)
    {
        using var bench = Process.Start(start)!;
        await bench.WaitForExitAsync(CancellationToken.None); // Ctrl-C reaches it as well
        return bench.ExitCode;
    }
}
