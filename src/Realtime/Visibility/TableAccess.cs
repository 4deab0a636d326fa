using System.Collections.Immutable;

namespace Hedgerow.Realtime.Visibility;

/// <summary>What a role may know of a table, as the catalogue says at one moment.</summary>
/// <param name="Fingerprint">Changes with the table's policies, privileges, columns and anyone's memberships.</param>
/// <param name="Readable">The columns it may SELECT.</param>
/// <param name="Key">The primary key's columns.</param>
/// <param name="RowSecurity">Whether the table has row-level security at all.</param>
public sealed record TableAccess(
    string Fingerprint, ImmutableHashSet<string> Readable, ImmutableArray<string> Key, bool RowSecurity, RowRule Rule);
