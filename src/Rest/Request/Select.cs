using System.Collections.Immutable;

namespace Hedgerow.Rest.Request;

/// <summary>One item of <c>select=</c>.</summary>
public abstract record SelectItem(string? Alias);

/// <summary><c>alias:column->path::cast</c> or <c>alias:column::cast.sum()::cast</c>. <c>*</c> is a field of that name; <c>count()</c> alone has the name <c>*</c> and the aggregate Count.</summary>
public sealed record SelectField(Field Field, Aggregate? Aggregate, string? AggregateCast, string? Cast, string? Alias) : SelectItem(Alias);

/// <summary><c>alias:relation!hint!inner(…)</c>.</summary>
public sealed record SelectRelation(string Relation, string? Hint, JoinType? Join, ImmutableArray<SelectItem> Items, string? Alias) : SelectItem(Alias);

/// <summary><c>...relation!hint!inner(…)</c>.</summary>
public sealed record SelectSpread(string Relation, string? Hint, JoinType? Join, ImmutableArray<SelectItem> Items) : SelectItem((string?)null);

public enum JoinType { Inner, Left }

public enum Aggregate { Avg, Count, Max, Min, Sum }

/// <summary>A column, or a place inside a JSON or composite column.</summary>
public sealed record Field(string Name, ImmutableArray<JsonStep> Path);

/// <summary><c>->key</c>, <c>->>key</c>, <c>->0</c>.</summary>
/// <param name="AsText">True for <c>->></c>.</param>
/// <param name="Key">The key, or the digits of an index with its sign.</param>
/// <param name="IsIndex">Whether <paramref name="Key"/> is an index.</param>
public readonly record struct JsonStep(bool AsText, string Key, bool IsIndex);
