using System.Collections.Frozen;
using System.Collections.Immutable;
using Hedgerow.Postgres;

namespace Hedgerow.Rest.Schema;

/// <summary>A table, partitioned table, foreign table, view or materialised view of an exposed schema. Partitions are not listed.</summary>
public sealed record Table
{
    public required QualifiedName Name { get; init; }
    public string? Description { get; init; }
    public bool IsView { get; init; }
    public bool Insertable { get; init; }
    public bool Updatable { get; init; }
    public bool Deletable { get; init; }

    /// <summary>Primary-key columns by name, as PostgREST orders them; for a view those traced from its base tables, in key order. Empty: none.</summary>
    public ImmutableArray<string> PrimaryKey { get; init; } = [];

    /// <summary>In catalogue order.</summary>
    public required ImmutableArray<Column> Columns { get; init; }

    /// <summary>The same columns by name.</summary>
    public required FrozenDictionary<string, Column> ColumnsByName { get; init; }
}

/// <param name="Type">The type as SQL writes it, without a length (<c>character varying</c>, <c>test.color</c>); of a domain its built-in base type.</param>
/// <param name="NominalType">The declared type with its length: <c>character varying(10)</c>, the domain itself where it is one.</param>
/// <param name="MaxLength">Of <c>varchar(n)</c>, <c>char(n)</c> (characters) and <c>bit(n)</c> (bits).</param>
/// <param name="Default">The default's expression, for an identity by default <c>nextval(…)</c>; null where there is none, where it is always generated, or computed.</param>
/// <param name="EnumValues">Labels in order; empty where the type is no enum.</param>
public sealed record Column(
    string Name, string? Description, bool Nullable, string Type, string NominalType,
    int? MaxLength, string? Default, ImmutableArray<string> EnumValues);
