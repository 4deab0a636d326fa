using Npgsql;

namespace Hedgerow.Postgres;

/// <summary>A file of SQL statements that runs inside a transaction of the caller's.</summary>
/// <param name="Name">For messages: the path below <c>sql/</c>.</param>
public sealed record SqlFile(string Name, string Text)
{
    // What would end the transaction that the file runs in, and with it the promise that nothing is half applied.
    private static readonly HashSet<string> EndsTransaction =
        new(["begin", "start", "commit", "end", "rollback", "abort"], StringComparer.OrdinalIgnoreCase);

    /// <summary>Runs every statement, in one round trip.</summary>
    /// <exception cref="SetupException">The file cannot be read as SQL, or PostgreSQL refuses a statement; file and line are named.</exception>
    public async Task RunAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var statements = Statements();
        if (statements.Count == 0) return;

        await using var batch = new NpgsqlBatch(connection) { Timeout = 0 };
        var origin = new Dictionary<NpgsqlBatchCommand, Statement>(ReferenceEqualityComparer.Instance);
        foreach (var statement in statements)
        {
            var command = new NpgsqlBatchCommand(statement.Text);
            origin.Add(command, statement);
            batch.BatchCommands.Add(command);
        }
        try
        {
            await batch.ExecuteNonQueryAsync(cancellation);
        }
        catch (PostgresException error) when (error.BatchCommand is NpgsqlBatchCommand failed)
        {
            throw Refused(ScriptFailure.Locate(Name, Text, origin[failed], error), error);
        }
    }

    private IReadOnlyList<Statement> Statements()
    {
        try
        {
            var statements = StatementSplitter.Split(Text);
            foreach (var statement in statements) Check(statement);
            return statements;
        }
        catch (FormatException error)
        {
            throw new SetupException($"{Name}: {error.Message}.", "Nothing of the file was applied.", error);
        }
    }

    private void Check(Statement statement)
    {
        var word = FirstWord(statement.Text);
        var line = ScriptFailure.LineOf(Text, statement.Offset);
        if (EndsTransaction.Contains(word) || statement.Text.StartsWith("prepare transaction", StringComparison.OrdinalIgnoreCase))
            throw new SetupException(
                $"{Name}:{line}: \"{word}\" would end the transaction that the file runs in.", "Take it out: every file runs in one transaction of its own.");
        if (statement.Text[0] == '\\')
            throw new SetupException($"{Name}:{line}: \"{word}\" is a command of psql, not SQL.", "Write it as SQL.");
        if (word.Equals("copy", StringComparison.OrdinalIgnoreCase) && statement.Text.Contains("stdin", StringComparison.OrdinalIgnoreCase))
            throw new SetupException($"{Name}:{line}: \"copy … from stdin\" has no data to read here.", "Write the rows as insert … values.");
    }

    private static string FirstWord(string statement)
    {
        var end = statement.AsSpan().IndexOfAny(" \t\r\n;(");
        return end < 0 ? statement : statement[..end];
    }

    private static SetupException Refused(ScriptFailure failure, PostgresException error) =>
        new(failure.Describe(), "", error) { Failure = failure };
}
