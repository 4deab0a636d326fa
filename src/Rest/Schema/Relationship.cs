using System.Collections.Immutable;
using Hedgerow.Postgres;

namespace Hedgerow.Rest.Schema;

/// <summary>A way from one table or view to another, as embedding follows it.</summary>
public abstract record Relationship(QualifiedName Source, QualifiedName Target)
{
    public bool IsSelf => Source == Target;

    /// <summary>Whether the other side is at most one row (an object and not an array in JSON).</summary>
    public abstract bool ToOne { get; }
}

/// <summary>A relationship that foreign keys make, also where they were traced through views.</summary>
public sealed record ForeignKeyRelationship(
    QualifiedName Source, QualifiedName Target, Cardinality Cardinality, bool SourceIsView, bool TargetIsView)
    : Relationship(Source, Target)
{
    public override bool ToOne => Cardinality is ManyToOne or OneToOne;
}

/// <summary>A relationship that a function makes: <c>function(source row) returns [setof] target</c>. It overrides detected ones of the same name.</summary>
/// <param name="Function">The function; its unqualified name is the relationship's name in a request.</param>
public sealed record ComputedRelationship(
    QualifiedName Source, QualifiedName Target, QualifiedName Function, QualifiedName SourceRowType, bool SingleRow)
    : Relationship(Source, Target)
{
    public override bool ToOne => SingleRow;
}

public abstract record Cardinality;

/// <param name="Columns">Pairs (source column, target column).</param>
public sealed record ManyToOne(string Constraint, ImmutableArray<ColumnPair> Columns) : Cardinality;

/// <inheritdoc cref="ManyToOne"/>
public sealed record OneToMany(string Constraint, ImmutableArray<ColumnPair> Columns) : Cardinality;

/// <param name="SourceIsReferenced">True where the source is the referenced side: the key's columns are the target's.</param>
/// <inheritdoc cref="ManyToOne"/>
public sealed record OneToOne(string Constraint, ImmutableArray<ColumnPair> Columns, bool SourceIsReferenced) : Cardinality;

/// <summary>Two foreign keys of a junction table whose columns are all part of its primary key.</summary>
/// <param name="ToSource">Pairs (junction column, source column).</param>
/// <param name="ToTarget">Pairs (junction column, target column).</param>
public sealed record ManyToMany(
    QualifiedName Junction, string SourceConstraint, string TargetConstraint,
    ImmutableArray<ColumnPair> ToSource, ImmutableArray<ColumnPair> ToTarget) : Cardinality;

public readonly record struct ColumnPair(string From, string To);
