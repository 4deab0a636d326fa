using System.Collections.Immutable;
using Hedgerow.Postgres;

namespace Hedgerow.Rest.Schema;

/// <summary>One overload of a function (or procedure-like function) that <c>/rpc</c> can call.</summary>
public sealed record Routine
{
    public required QualifiedName Name { get; init; }

    /// <summary>The function's <c>pg_proc.oid</c>: tells overloads apart.</summary>
    public uint Oid { get; init; }

    public string? Description { get; init; }

    /// <summary>Input parameters (IN, INOUT, VARIADIC), in order.</summary>
    public required ImmutableArray<RoutineParameter> Parameters { get; init; }

    public required RoutineReturn Returns { get; init; }
    public required Volatility Volatility { get; init; }
    public bool HasVariadic { get; init; }

    /// <summary><c>default_transaction_isolation</c> from the function's own SET clause, or null.</summary>
    public string? IsolationLevel { get; init; }

    /// <summary>The function's own SET clauses that PostgREST hoists to the transaction (<c>statement_timeout</c> …): name and value.</summary>
    public ImmutableArray<KeyValuePair<string, string>> HoistedSettings { get; init; } = [];
}

/// <param name="Name">Empty for an unnamed parameter.</param>
/// <param name="Type">As SQL writes it.</param>
/// <param name="TypeMaxLength">The type without a length that would truncate: <c>character</c> becomes <c>text</c>-like for casting, as PostgREST does.</param>
public sealed record RoutineParameter(string Name, string Type, string TypeMaxLength, bool Required, bool Variadic);

public abstract record RoutineReturn(bool IsSet);

/// <summary>A scalar (or void, or a set of scalars). <paramref name="Type"/> is the type's qualified name.</summary>
public sealed record ScalarReturn(QualifiedName Type, bool IsSet, bool IsVoid) : RoutineReturn(IsSet);

/// <summary>A composite type: a table's row type (then <paramref name="Type"/> names the table, and embedding works), a composite type, or OUT/TABLE columns.</summary>
/// <param name="IsAlias">True where the columns are the function's own (OUT, TABLE or an anonymous record).</param>
public sealed record CompositeReturn(QualifiedName Type, bool IsSet, bool IsAlias) : RoutineReturn(IsSet);

public enum Volatility { Volatile, Stable, Immutable }
