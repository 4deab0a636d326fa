using System.CommandLine;
using System.Diagnostics;
using Hedgerow.Cli.Testing;

namespace Hedgerow.Cli.Commands;

/// <summary><c>hedgerow bench [NAME]</c>: builds <c>bench/</c> and runs a benchmark, or all. It speaks to the terminal itself.</summary>
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

        using var bench = Process.Start(new ProcessStartInfo(
            Suite.DotnetProgram, [Path.Combine(Checkout.Root, "bench", "bin", "Release", "net10.0", "Hedgerow.Bench.dll"), .. arguments]))!;
        await bench.WaitForExitAsync(CancellationToken.None); // Ctrl-C reaches it as well
        return bench.ExitCode;
    }
}
