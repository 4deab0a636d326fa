using System.Collections.Immutable;
using Hedgerow.Postgres;

namespace Hedgerow.Realtime.Wal;

/// <summary>A table as it was when a change to it was logged. The log tells it again whenever it changed.</summary>
/// <param name="Oid">Of the table, or of the partitioned table whose partition was changed.</param>
public sealed record Relation(uint Oid, QualifiedName Name, ImmutableArray<RelationColumn> Columns)
{
    /// <summary>The number of a column, or -1.</summary>
    public int IndexOf(string column)
    {
        for (var i = 0; i < Columns.Length; i++)
            if (Columns[i].Name == column) return i;
        return -1;
    }
}

/// <param name="Type">The type's OID.</param>
/// <param name="Identifies">Part of the replica identity: of all columns under FULL, else of the key.</param>
public sealed record RelationColumn(string Name, uint Type, bool Identifies);
