using System.Collections.Immutable;
using Hedgerow.Postgres;
using Hedgerow.Rest.Request;
using Hedgerow.Rest.Schema;

namespace Hedgerow.Rest.Plan;

/// <summary>One SELECT of a read: the root's, or an embedded resource's.</summary>
public sealed record ReadNode
{
    public required Source From { get; init; }

    /// <summary>Empty with embeds: only those are selected. Empty without: everything, to be ignored or used as a row.</summary>
    public ImmutableArray<SelectColumn> Columns { get; init; } = [];

    public ImmutableArray<Condition> Where { get; init; } = [];
    public ImmutableArray<Ordering> Order { get; init; } = [];
    public RowRange Range { get; init; } = RowRange.All;
    public ImmutableArray<Embed> Embeds { get; init; } = [];

    /// <summary>Whether the request asked for nothing but <c>*</c>, which is what handlers of a whole row type need.</summary>
    public bool SelectsEverything => Embeds.IsEmpty && Columns is [{ Field.IsStar: true, Aggregate: null }];
}

/// <summary>Where a node's rows come from, and by what name its columns are reached.</summary>
public abstract record Source(string? Alias)
{
    /// <summary>What stands before a column: the alias, or the table's own name.</summary>
    public abstract QualifiedName Reference { get; }
}

public sealed record TableSource(QualifiedName Name, string? Alias) : Source(Alias)
{
    public override QualifiedName Reference => Alias is null ? Name : new("", Alias);
}

/// <summary>The common table expression with the rows that a mutation or a function returned.</summary>
public sealed record ResultSource(string Name) : Source(Name)
{
    public override QualifiedName Reference => new("", Name);
}

/// <summary>A computed relationship: the function called with the parent's row.</summary>
/// <param name="Row">The parent's name in the query, cast to <paramref name="RowType"/> so that overloads resolve.</param>
public sealed record ComputedSource(QualifiedName Function, string Row, QualifiedName RowType, string Name) : Source(Name)
{
    public override QualifiedName Reference => new("", Name);
}

/// <param name="Alias">The key in the answer; null for the column's own name.</param>
public sealed record SelectColumn(PlannedField Field, Aggregate? Aggregate = null, string? AggregateCast = null, string? Cast = null, string? Alias = null);

/// <summary>A term of ORDER BY.</summary>
/// <param name="EmbedAlias">The embedded to-one resource whose column it is; null for the node's own.</param>
public sealed record Ordering(PlannedField Field, string? EmbedAlias, bool? Descending, bool? NullsFirst);

/// <summary>A resource joined to its parent laterally.</summary>
/// <param name="Name">The key in the answer.</param>
/// <param name="Alias">The name of the lateral subquery.</param>
/// <param name="Link">The relationship followed.</param>
/// <param name="Joins">Column pairs that hold parent and child together.</param>
/// <param name="Junction">The table between, for many-to-many.</param>
public sealed record Embed(
    string Name, string Alias, Relationship Link, JoinType? Join, EmbedShape Shape, ReadNode Node,
    ImmutableArray<JoinCondition> Joins, QualifiedName? Junction);

public readonly record struct JoinCondition(QualifiedName LeftSource, string LeftColumn, QualifiedName RightSource, string RightColumn);

/// <summary>How an embedded resource appears in its parent.</summary>
public abstract record EmbedShape;

/// <param name="Silent">Whether nothing of it is selected: it only filters, and has no key in the answer.</param>
public sealed record ObjectShape(bool Silent) : EmbedShape;

/// <inheritdoc cref="ObjectShape"/>
public sealed record ArrayShape(bool Silent) : EmbedShape;

/// <summary>A to-one spread: the columns become the parent's.</summary>
public sealed record SpreadShape(ImmutableArray<SpreadColumn> Columns) : EmbedShape;

/// <summary>A to-many spread: each column becomes an array in the parent.</summary>
/// <param name="Sorting">Columns selected inside only because the arrays are ordered by them.</param>
public sealed record SpreadArraysShape(ImmutableArray<SpreadColumn> Columns, ImmutableArray<Ordering> Order, ImmutableArray<SortColumn> Sorting) : EmbedShape;

/// <param name="Source">The column of the spread resource.</param>
public sealed record SpreadColumn(string Source, Aggregate? Aggregate = null, string? Cast = null, string? Alias = null);

/// <param name="EmbedAlias">As in <see cref="Ordering"/>.</param>
public sealed record SortColumn(PlannedField Field, string? EmbedAlias, string Alias);
