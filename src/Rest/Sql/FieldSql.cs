using System.Collections.Immutable;
using Hedgerow.Postgres;
using Hedgerow.Rest.Plan;
using Hedgerow.Rest.Request;

namespace Hedgerow.Rest.Sql;

/// <summary>Columns, JSON paths, casts and aggregates.</summary>
internal static class FieldSql
{
    /// <summary>A column as filters and orders use it.</summary>
    public static SqlWriter Field(this SqlWriter sql, QualifiedName source, PlannedField field)
    {
        if (field.TextSearch is not { } search) return sql.PlainField(source, field);
        sql.Raw("to_tsvector(");
        if (search.Language is not null) sql.Value(search.Language).Raw(", ");
        return sql.PlainField(source, field).Raw(")");
    }

    private static SqlWriter PlainField(this SqlWriter sql, QualifiedName source, PlannedField field)
    {
        if (field.WholeRow) return sql.Name(source.Name);
        if (field.Path.IsEmpty) return sql.Column(source, field.Name);
        if (!field.ViaJson) return sql.Column(source, field.Name).Path(field.Path);
        return sql.Raw("to_jsonb(").Column(source, field.Name).Raw(")").Path(field.Path);
    }

    private static SqlWriter Path(this SqlWriter sql, ImmutableArray<JsonStep> path)
    {
        foreach (var step in path)
        {
            sql.Raw(step.AsText ? "->>" : "->").Value(step.Key);
            if (step.IsIndex) sql.Raw("::int");
        }
        return sql;
    }

    /// <summary>An item of the select list with representation, cast, aggregate and alias.</summary>
    public static SqlWriter Selected(this SqlWriter sql, QualifiedName source, SelectColumn column)
    {
        sql.Aggregated(column.Aggregate, column.AggregateCast, () => sql.Cast(column.Cast, () => sql.Represented(source, column.Field)));
        return column.Alias is null ? sql : sql.Raw(" AS ").Name(column.Alias);
    }

    /// <summary>A column of a spread resource, by the name of its subquery.</summary>
    public static SqlWriter Spread(this SqlWriter sql, string embed, SpreadColumn column)
    {
        sql.Aggregated(column.Aggregate, column.Cast, () => sql.Column(new("", embed), column.Source));
        return column.Alias is null ? sql : sql.Raw(" AS ").Name(column.Alias);
    }

    private static SqlWriter Represented(this SqlWriter sql, QualifiedName source, PlannedField field) =>
        field.Transform is { } function ? sql.Name(function).Raw("(").Field(source, field).Raw(")") : sql.Field(source, field);

    private static SqlWriter Cast(this SqlWriter sql, string? type, Action value)
    {
        if (type is not null) sql.Raw("CAST( ");
        value();
        return type is null ? sql : sql.Raw(" AS ").Raw(TypeNames.Checked(type)).Raw(" )");
    }

    private static SqlWriter Aggregated(this SqlWriter sql, Aggregate? aggregate, string? cast, Action value)
    {
        if (aggregate is not { } function)
        {
            value();
            return sql;
        }
        return sql.Cast(cast, () =>
        {
            sql.Raw(function switch
            {
                Aggregate.Avg => "avg(",
                Aggregate.Count => "count(",
                Aggregate.Max => "max(",
                Aggregate.Min => "min(",
                _ => "sum(",
            });
            value();
            sql.Raw(")");
        });
    }

    public static SqlWriter OrderBy(this SqlWriter sql, QualifiedName source, ImmutableArray<Ordering> order)
    {
        if (order.IsEmpty) return sql;
        return sql.Raw(" ORDER BY ").List(", ", order, term =>
        {
            sql.Field(term.EmbedAlias is null ? source : new("", term.EmbedAlias), term.Field);
            if (term.Descending is { } descending) sql.Raw(descending ? " DESC" : " ASC");
            if (term.NullsFirst is { } first) sql.Raw(first ? " NULLS FIRST" : " NULLS LAST");
        });
    }
}
