using System.CommandLine;
using Hedgerow.Cli.Testing;

namespace Hedgerow.Cli.Commands;

/// <summary><c>hedgerow test</c>: every suite; the last line is <c>N passed, N failed, N skipped</c>.</summary>
internal static class TestCommand
{
    public static Command Create()
    {
        var filter = new Option<string?>("--filter") { Description = "Only tests whose full name contains this.", HelpName = "X" };
        var command = new Command("test", "Run all tests: unit, real PostgreSQL, real clients.") { filter };
        command.SetAction(async (parsed, cancellation) => await new TestRun(parsed.GetValue(filter)).RunAsync(cancellation) ? 0 : 1);
        return command;
    }
}
