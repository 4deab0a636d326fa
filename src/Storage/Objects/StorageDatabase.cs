using System.Collections.Immutable;
using Hedgerow.Postgres;
using Hedgerow.Postgres.Execution;
using Npgsql;

namespace Hedgerow.Storage.Objects;

/// <summary>
/// The room's own pool, under its own login (<c>hedgerow_storage</c>). What decides about a caller runs as that caller's role, under row-level security;
/// what the room must know in spite of it (a bucket's limits, what is public) runs as the room. Both go in one round trip.
/// </summary>
public sealed class StorageDatabase(NpgsqlDataSource source)
{
    private static readonly KeyValuePair<string, string> s_searchPath = new("search_path", "public, extensions");

    /// <summary>Statements that only read: first those of the room, then those of the caller.</summary>
    public Task<RoundTrip> ReadAsync(
        Session session, ImmutableArray<SqlStatement> asRoom, ImmutableArray<SqlStatement> asCaller, CancellationToken cancellation) =>
        RoundTrip.SendAsync(source, (asCaller.IsEmpty ? Look(asRoom) : Compose(session, asRoom, asCaller)) with { ReadOnly = true }, cancellation);

    /// <summary>The same for statements that write.</summary>
    public Task<RoundTrip> WriteAsync(
        Session session, ImmutableArray<SqlStatement> asRoom, ImmutableArray<SqlStatement> asCaller, CancellationToken cancellation) =>
        RoundTrip.SendAsync(source, Compose(session, asRoom, asCaller), cancellation);

    /// <summary>Statements that write only to find out whether they may; nothing stays.</summary>
    public Task<RoundTrip> TryAsync(
        Session session, ImmutableArray<SqlStatement> asRoom, ImmutableArray<SqlStatement> asCaller, CancellationToken cancellation) =>
        RoundTrip.SendAsync(source, Compose(session, asRoom, asCaller) with { End = TransactionEnd.Rollback }, cancellation);

    /// <summary>A statement and its parameters, which travel as text: the server infers their types.</summary>
    public static SqlStatement Statement(string text, params ReadOnlySpan<string?> values)
    {
        var parameters = ImmutableArray.CreateBuilder<SqlValue>(values.Length);
        foreach (var value in values) parameters.Add(new SqlValue(value));
        return new SqlStatement(text, parameters.MoveToImmutable());
    }

    /// <summary>What the room reads for itself no policy looks at: nothing of the request is told.</summary>
    private static TransactionScript Look(ImmutableArray<SqlStatement> asRoom) =>
        new() { PlanKey = "room", Settings = [s_searchPath], ReadOnly = true, Statements = asRoom, End = TransactionEnd.Commit };

    private static TransactionScript Compose(Session session, ImmutableArray<SqlStatement> asRoom, ImmutableArray<SqlStatement> asCaller)
    {
        var role = session.Caller.Role;
        var settings = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>(7);
        settings.Add(s_searchPath);
        settings.Add(new("request.jwt.claims", session.Caller.Claims));
        settings.Add(new("request.method", session.Method));
        settings.Add(new("request.path", session.Path));
        settings.Add(new("request.headers", session.HeadersJson));
        settings.Add(new("storage.operation", session.Operation));
        var statements = ImmutableArray.CreateBuilder<SqlStatement>(asRoom.Length + 1 + asCaller.Length);
        if (asRoom.IsEmpty)
        {
            settings.Add(new("role", role));
        }
        else
        {
            statements.AddRange(asRoom);
            if (!asCaller.IsEmpty) statements.Add(Statement("select 1 where set_config('role', $1, true) is null", role));
        }
        // A plan under RLS is good for one role: kept apart, the statements of different roles do not replan each other.
        foreach (var statement in asCaller) statements.Add(statement with { Text = Sql.Comment(role) + statement.Text });
        return new TransactionScript
        {
            PlanKey = role, Settings = settings.ToImmutable(), ReadOnly = false, Statements = statements.ToImmutable(), End = TransactionEnd.Commit,
        };
    }
}
