using System.Text;
using Npgsql;

namespace Hedgerow.Postgres;

/// <summary>What PostgreSQL refused, and where in which file.</summary>
/// <param name="File">The file below <c>sql/</c>, such as <c>migrations/platform/0001_roles.sql</c>.</param>
/// <param name="Line">Line in the file, from 1: of the error's position where PostgreSQL names one, else of the failing statement's begin.</param>
/// <param name="SqlState">Five letters, PostgreSQL documentation, Appendix A.</param>
public sealed record ScriptFailure(string File, int Line, string SqlState, string Message, string? Detail, string? Hint)
{
    /// <summary>
    /// Locates <paramref name="error"/>, raised by <paramref name="statement"/> of <paramref name="text"/>.
    /// <see cref="PostgresException.Position"/> counts characters of the statement from 1; 0 says that there is none.
    /// </summary>
    public static ScriptFailure Locate(string file, string text, Statement statement, PostgresException error)
    {
        var at = statement.Offset + Math.Max(0, CodeUnits(statement.Text, error.Position - 1));
        return new(file, LineOf(text, at), error.SqlState, error.MessageText, error.Detail, error.Hint);
    }

    /// <summary>Several lines: <c>file:line</c>, message with SQLSTATE, detail and hint where there are any.</summary>
    public string Describe()
    {
        var lines = new StringBuilder($"{File}:{Line}: {Message} (SQLSTATE {SqlState})");
        if (!string.IsNullOrEmpty(Detail)) lines.Append("\n  detail: ").Append(Detail);
        if (!string.IsNullOrEmpty(Hint)) lines.Append("\n  hint: ").Append(Hint);
        return lines.ToString();
    }

    /// <summary>The line, from 1, that holds the character at <paramref name="offset"/>.</summary>
    public static int LineOf(string text, int offset) =>
        1 + text.AsSpan(0, Math.Min(offset, text.Length)).Count('\n');

    // PostgreSQL counts code points, .NET counts UTF-16 units.
    private static int CodeUnits(string text, int codePoints)
    {
        var at = 0;
        while (codePoints-- > 0 && at < text.Length)
            at += char.IsSurrogatePair(text, at) ? 2 : 1;
        return at;
    }
}
