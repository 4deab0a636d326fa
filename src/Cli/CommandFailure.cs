namespace Hedgerow.Cli;

/// <summary>
/// Ends a command with exit code 1 and one clear line: what is wrong, and how to mend it. <c>Program</c> prints it;
/// nothing else of an exception ever reaches the user.
/// </summary>
public sealed class CommandFailure(string cause, string mend) : Exception($"{cause} {mend}")
{
    /// <summary>What is wrong, a sentence.</summary>
    public string Cause { get; } = cause;

    /// <summary>What the reader can do about it, a sentence.</summary>
    public string Mend { get; } = mend;
}
