namespace Hedgerow.Cli.Output;

/// <summary>How a command that failed says so: on standard error, with no stack trace.</summary>
internal static class Failure
{
    /// <summary>Returns the exit code, 1.</summary>
    public static int Say(string cause, string mend)
    {
        Console.Error.WriteLine($"hedgerow: {cause} {mend}".TrimEnd());
        return 1;
    }

    /// <summary>What no part of hedgerow foresaw: the details go to a file, which a bug report can hold.</summary>
    public static int SayUnexpected(Exception e)
    {
        var report = Path.Combine(Path.GetTempPath(), $"hedgerow-{DateTime.UtcNow:yyyyMMdd-HHmmss}-{Environment.ProcessId}.txt");
        File.WriteAllText(report, e.ToString());
        return Say($"Unexpected {e.GetType().Name}: {e.Message.TrimEnd('.')}.", $"This is a bug; {report} holds the details.");
    }
}
