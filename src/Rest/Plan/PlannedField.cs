using System.Collections.Immutable;
using Hedgerow.Postgres;
using Hedgerow.Rest.Request;
using Hedgerow.Rest.Schema;

namespace Hedgerow.Rest.Plan;

/// <summary>A column, or a place inside one, together with what the schema says of it.</summary>
/// <param name="Type">The type a value is written in; empty where the column is unknown (then the database decides).</param>
/// <param name="ViaJson">Whether <c>to_jsonb</c> stands between the column and its path: true unless it is JSON itself, so that indexes on JSON columns apply.</param>
public sealed record PlannedField(string Name, ImmutableArray<JsonStep> Path, string Type = "", bool ViaJson = false)
{
    /// <summary>A domain representation's function, applied on the way in or out.</summary>
    public QualifiedName? Transform { get; init; }

    /// <summary>The column's default expression, for <c>missing=default</c>.</summary>
    public string? Default { get; init; }

    /// <summary>Set for a full-text filter on a column that is no <c>tsvector</c>.</summary>
    public TextSearch? TextSearch { get; init; }

    /// <summary>The row itself rather than a column of it: <c>count(row)</c> inside a spread.</summary>
    public bool WholeRow { get; init; }

    public bool IsStar => Name == "*" && Path.IsEmpty;

    public static PlannedField Named(string name) => new(name, []);
}

/// <param name="Language">Text search configuration; null for the database's default.</param>
public sealed record TextSearch(string? Language);
