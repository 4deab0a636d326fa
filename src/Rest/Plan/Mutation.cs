using System.Collections.Immutable;
using Hedgerow.Postgres;
using Hedgerow.Rest.Request;

namespace Hedgerow.Rest.Plan;

/// <summary>The writing half of a <see cref="WritePlan"/>.</summary>
/// <param name="Returning">Columns that the answer needs; <c>*</c> alone for all; empty when nothing is answered.</param>
public abstract record Mutation(QualifiedName Target, ImmutableArray<string> Returning);

/// <param name="Body">The rows as JSON.</param>
/// <param name="PrimaryKey">For the Location header.</param>
public sealed record InsertMutation(
    QualifiedName Target, ImmutableArray<PlannedField> Columns, WriteBody Body, Conflict? Conflict,
    ImmutableArray<string> PrimaryKey, ImmutableArray<string> Returning) : Mutation(Target, Returning);

/// <summary>PUT: the one row that the URL names.</summary>
/// <param name="Key">The URL's filters, which the body's row must meet.</param>
public sealed record ReplaceMutation(
    QualifiedName Target, ImmutableArray<PlannedField> Columns, WriteBody Body, ImmutableArray<Condition> Key,
    ImmutableArray<string> PrimaryKey, ImmutableArray<string> Returning) : Mutation(Target, Returning);

public sealed record UpdateMutation(
    QualifiedName Target, ImmutableArray<PlannedField> Columns, WriteBody Body, ImmutableArray<Condition> Where,
    ImmutableArray<string> Returning) : Mutation(Target, Returning);

public sealed record DeleteMutation(QualifiedName Target, ImmutableArray<Condition> Where, ImmutableArray<string> Returning)
    : Mutation(Target, Returning);

/// <param name="Json">As it came; one parameter.</param>
/// <param name="IsArray">Rows, or one row.</param>
/// <param name="MissingAsDefault">Whether a key that a row lacks takes the column's default rather than null.</param>
public sealed record WriteBody(string Json, bool IsArray, bool MissingAsDefault);

/// <param name="Columns">The conflict target; empty: none, and the resolution has no effect.</param>
public sealed record Conflict(Resolution Resolution, ImmutableArray<string> Columns);
