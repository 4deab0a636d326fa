using System.Collections.Immutable;

namespace Hedgerow.Postgres.Execution;

/// <summary>One statement as it goes to the server: text with <c>$1</c>, <c>$2</c> … and the values for them.</summary>
/// <param name="Text">The same request shape gives the same text, so that the prepared statement is found again.</param>
public sealed record SqlStatement(string Text, ImmutableArray<SqlValue> Values);

/// <summary>
/// A parameter. <paramref name="Text"/> travels with no type, so the server infers it from where it stands, as it would for
/// a literal; <paramref name="Bytes"/> travels as <c>bytea</c>. Both null: NULL.
/// </summary>
public readonly record struct SqlValue(string? Text, ReadOnlyMemory<byte>? Bytes = null);
