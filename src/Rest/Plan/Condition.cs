using System.Collections.Immutable;
using Hedgerow.Rest.Request;

namespace Hedgerow.Rest.Plan;

/// <summary>A planned filter. The conditions of a node hold together by AND.</summary>
public abstract record Condition;

public sealed record ConditionGroup(bool Negated, bool IsOr, ImmutableArray<Condition> Terms) : Condition;

public sealed record FieldCondition(PlannedField Field, bool Negated, Operation Operation) : Condition;

/// <summary><c>relation=is.null</c> (anti-join) and <c>relation=not.is.null</c> on an embedded resource.</summary>
/// <param name="Alias">The embed's lateral alias.</param>
/// <param name="Present">True for <c>not.is.null</c>.</param>
public sealed record EmbedCondition(string Alias, bool Present) : Condition;
