using System.Collections.Immutable;
using Hedgerow.Postgres;

namespace Hedgerow.Rest.Schema.Catalogue;

/// <summary>A relation as the catalogue lists it. Bits of <paramref name="Updatable"/>: 4 update, 8 insert, 16 delete.</summary>
internal sealed record CatalogueRelation(uint Oid, QualifiedName Name, string? Description, bool IsView, int Updatable);

/// <summary>A column of an exposed relation together with its number there.</summary>
internal readonly record struct CatalogueColumn(short Number, Column Column);

internal enum KeyKind { Primary, Unique, Foreign }

/// <summary>A constraint that is a key. <paramref name="Target"/> and <paramref name="TargetNumbers"/> are a foreign key's alone.</summary>
internal sealed record CatalogueKey(
    uint Oid, KeyKind Kind, string Name, uint Relation, uint Target,
    ImmutableArray<short> Numbers, ImmutableArray<short> TargetNumbers, bool IsPartitionCopy);

/// <summary>An output column of a view, and the column it shows unchanged.</summary>
internal readonly record struct ViewTarget(short Number, uint OriginRelation, short OriginNumber);

/// <summary>What the catalogue queries gave, before it is put together.</summary>
internal sealed class CatalogueSnapshot
{
    public List<CatalogueRelation> Relations { get; } = [];
    public Dictionary<uint, List<CatalogueColumn>> Columns { get; } = [];
    public List<CatalogueKey> Keys { get; } = [];
    public Dictionary<uint, ViewTarget[]> Views { get; } = [];
    public List<Routine> Routines { get; } = [];
    public List<ComputedRelationship> ComputedRelationships { get; } = [];
    public Dictionary<(string From, string To), QualifiedName> Representations { get; } = [];
    public List<MediaHandler> MediaHandlers { get; } = [];
    public HashSet<uint> EnumsAsText { get; } = [];
    public List<string> MissingSchemas { get; } = [];
    public Dictionary<string, string> SchemaDescriptions { get; } = [];
    public Dictionary<string, RoleSettings> Roles { get; } = [];
}
