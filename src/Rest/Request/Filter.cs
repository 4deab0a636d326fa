using System.Collections.Immutable;

namespace Hedgerow.Rest.Request;

/// <summary>A tree of conditions: <c>and=(…)</c>, <c>or=(…)</c>, or a single filter.</summary>
public abstract record LogicTree;

public sealed record LogicGroup(bool Negated, bool IsOr, ImmutableArray<LogicTree> Terms) : LogicTree;

/// <summary><c>column=not.op.value</c>.</summary>
public sealed record Filter(Field Field, bool Negated, Operation Operation) : LogicTree;

/// <summary>What stands behind a filter's column.</summary>
public abstract record Operation;

/// <summary>An operator with one value: <c>neq cs cd ov sl sr nxr nxl adj</c>.</summary>
public sealed record SimpleOperation(SimpleOperator Operator, string Value) : Operation;

/// <summary>An operator that takes <c>(any)</c> or <c>(all)</c>: <c>eq gte gt lte lt like ilike match imatch</c>. Under a quantifier the value is an array literal <c>{…}</c>.</summary>
public sealed record QuantifiedOperation(QuantifiedOperator Operator, Quantifier? Quantifier, string Value) : Operation;

public sealed record InOperation(ImmutableArray<string> Values) : Operation;

public sealed record IsOperation(IsValue Value) : Operation;

public sealed record IsDistinctOperation(string Value) : Operation;

/// <summary><c>fts plfts phfts wfts</c>, with an optional language in parentheses.</summary>
public sealed record FullTextOperation(FullTextOperator Operator, string? Language, string Value) : Operation;

public enum SimpleOperator { NotEqual, Contains, ContainedIn, Overlaps, StrictlyLeft, StrictlyRight, NotExtendsRight, NotExtendsLeft, Adjacent }

public enum QuantifiedOperator { Equal, GreaterThanEqual, GreaterThan, LessThanEqual, LessThan, Like, ILike, Match, IMatch }

public enum Quantifier { Any, All }

public enum IsValue { Null, NotNull, True, False, Unknown }

public enum FullTextOperator { Plain, PlainTo, PhraseTo, WebSearch }
