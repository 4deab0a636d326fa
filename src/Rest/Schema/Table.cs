using System.Collections.Frozen;
using System.Collections.Immutable;
using Hedgerow.Postgres;

namespace Hedgerow.Rest.Schema;

/// <summary>A table, partitioned table, foreign table, view or materialised view of an exposed schema (or one that a relationship passes through).</summary>
public sealed record Table
{
    public required QualifiedName Name { get; init; }
    public string? Description { get; init; }
    public bool IsView { get; init; }
    public bool Insertable { get; init; }
    public bool Updatable { get; init; }
    public bool Deletable { get; init; }

    /// <summary>Primary-key columns, in key order; for a view those traced from its base tables. Empty: none.</summary>
    public ImmutableArray<string> PrimaryKey { get; init; } = [];

    /// <summary>In catalogue order.</summary>
    public required ImmutableArray<Column> Columns { get; init; }

    /// <summary>The same columns by name.</summary>
    public required FrozenDictionary<string, Column> ColumnsByName { get; init; }
}

/// <param name="Type">The type as SQL writes it, domains resolved to their base type (<c>character varying(10)</c>, <c>test.color</c>).</param>
/// <param name="NominalType">The declared type: the domain itself where it is one.</param>
/// <param name="MaxLength">Of <c>varchar(n)</c> and <c>char(n)</c>.</param>
/// <param name="Default">The default's expression; null where there is none, and for identity and generated columns as PostgREST reports them.</param>
/// <param name="EnumValues">Labels in order; empty where the type is no enum.</param>
public sealed record Column(
    string Name, string? Description, bool Nullable, string Type, string NominalType,
    int? MaxLength, string? Default, ImmutableArray<string> EnumValues);
