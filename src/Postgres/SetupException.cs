namespace Hedgerow.Postgres;

/// <summary>
/// The database cannot be set up as asked: an unreachable server, a missing right, a failing script. Nothing is half done when it is
/// thrown. It speaks to the person who started the command, and holds no secret.
/// </summary>
/// <param name="cause">What is wrong, a sentence.</param>
/// <param name="mend">What to do about it; empty where the cause says it already.</param>
public sealed class SetupException(string cause, string mend = "", Exception? inner = null)
    : Exception(mend.Length == 0 ? cause : $"{cause} {mend}", inner)
{
    public string Cause { get; } = cause;
    public string Mend { get; } = mend;

    /// <summary>The place in a SQL file that PostgreSQL refused, where a script is the cause.</summary>
    public ScriptFailure? Failure { get; init; }
}
