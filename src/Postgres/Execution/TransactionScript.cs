using System.Collections.Immutable;

namespace Hedgerow.Postgres.Execution;

/// <summary>Everything one request asks of the database, sent in one round trip (design: one request, from socket to row and back).</summary>
public sealed record TransactionScript
{
    /// <summary>Keeps prepared statements apart where their plans differ: the role's name.</summary>
    public required string PlanKey { get; init; }

    /// <summary>Transaction-local settings in the order they are made; the role is among them.</summary>
    public required ImmutableArray<KeyValuePair<string, string>> Settings { get; init; }

    public required bool ReadOnly { get; init; }

    /// <summary>Null: the server's default.</summary>
    public IsolationLevel? Isolation { get; init; }

    /// <summary>A function that runs after the settings and before the statement.</summary>
    public QualifiedName? PreRequest { get; init; }

    /// <summary>Statements whose rows are wanted, in order; the last one's rows may be read as a stream.</summary>
    public required ImmutableArray<SqlStatement> Statements { get; init; }

    public required TransactionEnd End { get; init; }

    internal SqlStatement? PreRequestStatement() =>
        PreRequest is { } function ? new($"{Sql.Comment(PlanKey)}select {Sql.Identifier(function)}()", []) : null;
}

public enum IsolationLevel { ReadCommitted, RepeatableRead, Serializable }

public enum TransactionEnd { Commit, Rollback }
