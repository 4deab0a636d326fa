using System.Collections.Immutable;
using System.Text;
using Hedgerow.Postgres;
using Hedgerow.Rest.Plan;
using Hedgerow.Rest.Request;

namespace Hedgerow.Rest.Sql;

/// <summary>Filters (PostgREST, Horizontal Filtering).</summary>
internal static class ConditionSql
{
    public static SqlWriter Condition(this SqlWriter sql, QualifiedName source, Condition condition, Action<EmbedCondition> embed)
    {
        switch (condition)
        {
            case ConditionGroup group:
                if (group.Negated) sql.Raw("NOT ");
                return sql.Raw("(").List(group.IsOr ? " OR " : " AND ", group.Terms, t => sql.Condition(source, t, embed)).Raw(")");
            case EmbedCondition related:
                embed(related);
                return sql;
            default:
                var filter = (FieldCondition)condition;
                if (filter.Negated) sql.Raw("NOT ");
                return sql.Field(source, filter.Field).Raw(" ").Operation(filter.Field, filter.Operation);
        }
    }

    /// <summary>Whether an embedded resource has rows, told by its lateral subquery.</summary>
    public static void EmbedPresence(this SqlWriter sql, EmbedCondition condition) =>
        sql.Name(condition.Alias).Raw(condition.Present ? " IS DISTINCT FROM NULL" : " IS NOT DISTINCT FROM NULL");

    private static SqlWriter Operation(this SqlWriter sql, PlannedField field, Operation operation) => operation switch
    {
        SimpleOperation o => sql.Raw(Symbol(o.Operator)).Raw(" ").Parsed(field, o.Value),
        QuantifiedOperation o => sql.Raw(Symbol(o.Operator)).Raw(" ").Quantified(field, o),
        InOperation o => sql.In(field, o.Values),
        IsOperation o => sql.Raw(o.Value switch
        {
            // IS takes no parameter.
            IsValue.Null => "IS NULL",
            IsValue.NotNull => "IS NOT NULL",
            IsValue.True => "IS TRUE",
            IsValue.False => "IS FALSE",
            _ => "IS UNKNOWN",
        }),
        IsDistinctOperation o => sql.Raw("IS DISTINCT FROM ").Value(o.Value),
        FullTextOperation o => sql.FullText(o),
        _ => throw new NotSupportedException(operation.GetType().Name),
    };

    /// <summary>A value, through the domain's own parser where it has one.</summary>
    private static SqlWriter Parsed(this SqlWriter sql, PlannedField field, string value) =>
        field.Transform is { } parser ? sql.Name(parser).Raw("(").Value(value).Raw(")") : sql.Value(value);

    private static SqlWriter Quantified(this SqlWriter sql, PlannedField field, QuantifiedOperation operation)
    {
        if (operation.Quantifier is { } quantifier) sql.Raw(quantifier == Quantifier.Any ? "ANY(" : "ALL(");
        if (operation.Operator is QuantifiedOperator.Like or QuantifiedOperator.ILike)
            sql.Value(operation.Value.Replace('*', '%'));
        else
            sql.Parsed(field, operation.Value);
        return operation.Quantifier is null ? sql : sql.Raw(")");
    }

    /// <summary>An array parameter rather than IN, so that any number of values is the same statement and none is no syntax error.</summary>
    private static SqlWriter In(this SqlWriter sql, PlannedField field, ImmutableArray<string> values)
    {
        if (values.IsEmpty || values is [""]) return sql.Raw("= ANY('{}')");
        var literal = ArrayLiteral(values);
        return field.Transform is { } parser
            ? sql.Raw("= ANY (SELECT ").Name(parser).Raw("(unnest(").Value(literal).Raw("::text[])))")
            : sql.Raw("= ANY (").Value(literal).Raw(")");
    }

    private static SqlWriter FullText(this SqlWriter sql, FullTextOperation operation)
    {
        sql.Raw(operation.Operator switch
        {
            FullTextOperator.Plain => "@@ to_tsquery(",
            FullTextOperator.PlainTo => "@@ plainto_tsquery(",
            FullTextOperator.PhraseTo => "@@ phraseto_tsquery(",
            _ => "@@ websearch_to_tsquery(",
        });
        if (operation.Language is not null) sql.Value(operation.Language).Raw(", ");
        return sql.Value(operation.Value).Raw(")");
    }

    /// <summary><c>{"a","b"}</c> with quotes and backslashes escaped (PostgreSQL documentation, 8.15.6); as in PostgREST each value ends at a NUL.</summary>
    public static string ArrayLiteral(ImmutableArray<string> values)
    {
        var literal = new StringBuilder("{");
        for (var i = 0; i < values.Length; i++)
        {
            if (i > 0) literal.Append(',');
            literal.Append('"').Append(Hedgerow.Postgres.Sql.BeforeNul(values[i]).Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)).Append('"');
        }
        return literal.Append('}').ToString();
    }

    private static string Symbol(SimpleOperator operation) => operation switch
    {
        SimpleOperator.NotEqual => "<>",
        SimpleOperator.Contains => "@>",
        SimpleOperator.ContainedIn => "<@",
        SimpleOperator.Overlaps => "&&",
        SimpleOperator.StrictlyLeft => "<<",
        SimpleOperator.StrictlyRight => ">>",
        SimpleOperator.NotExtendsRight => "&<",
        SimpleOperator.NotExtendsLeft => "&>",
        _ => "-|-",
    };

    private static string Symbol(QuantifiedOperator operation) => operation switch
    {
        QuantifiedOperator.Equal => "=",
        QuantifiedOperator.GreaterThanEqual => ">=",
        QuantifiedOperator.GreaterThan => ">",
        QuantifiedOperator.LessThanEqual => "<=",
        QuantifiedOperator.LessThan => "<",
        QuantifiedOperator.Like => "like",
        QuantifiedOperator.ILike => "ilike",
        QuantifiedOperator.Match => "~",
        _ => "~*",
    };
}
