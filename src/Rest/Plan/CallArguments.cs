using System.Collections.Immutable;
using Hedgerow.Rest.Schema;

namespace Hedgerow.Rest.Plan;

/// <summary>How a function gets its arguments.</summary>
public abstract record CallArguments;

public sealed record NoArguments : CallArguments;

/// <summary>From the query string or a form: one value each, several for a VARIADIC parameter.</summary>
public sealed record DirectArguments(ImmutableArray<DirectArgument> Values) : CallArguments;

public sealed record DirectArgument(RoutineParameter Parameter, ImmutableArray<string> Values);

/// <summary>From the members of a JSON object (of an array: its first).</summary>
public sealed record JsonArguments(ImmutableArray<RoutineParameter> Parameters, string Json, bool IsArray) : CallArguments;

/// <summary>The whole body for the single unnamed parameter.</summary>
/// <param name="Bytes">Set for <c>bytea</c>.</param>
public sealed record BodyArgument(RoutineParameter Parameter, string? Text, ReadOnlyMemory<byte>? Bytes) : CallArguments;
