using System.Collections.Immutable;
using System.Globalization;
using Hedgerow.Postgres;
using Hedgerow.Rest.Plan;
using Hedgerow.Rest.Request;

namespace Hedgerow.Rest.Sql;

/// <summary>The SELECT of a node, with a lateral join for each embedded resource.</summary>
internal static class ReadSql
{
    /// <summary>The common table expression that a mutation's or a function's rows stand in.</summary>
    public const string Result = "pgrst_source";

    public static SqlWriter Select(this SqlWriter sql, ReadNode node) => sql.Select(node, null);

    private static SqlWriter Select(this SqlWriter sql, ReadNode node, Embed? embed)
    {
        var source = node.From.Reference;
        var separator = "SELECT ";
        foreach (var column in node.Columns)
        {
            sql.Raw(separator).Selected(source, column);
            separator = ", ";
        }
        // Without a column the row still counts; what is not wanted of it is left out where it is aggregated.
        if (node.Columns.IsEmpty && node.Embeds.IsEmpty)
        {
            sql.Raw(separator).Column(source, "*");
            separator = ", ";
        }
        if (embed?.Shape is SpreadArraysShape arrays)
        {
            foreach (var sort in arrays.Sorting)
            {
                sql.Raw(separator).Field(sort.EmbedAlias is null ? source : new("", sort.EmbedAlias), sort.Field).Raw(" AS ").Name(sort.Alias);
                separator = ", ";
            }
        }
        foreach (var child in node.Embeds) separator = sql.SelectEmbed(separator, child);
        // Embeds that only filter leave the list empty.
        if (separator == "SELECT ") sql.Raw("SELECT");

        sql.From(node.From, embed);
        foreach (var child in node.Embeds) sql.Join(child);
        sql.Where(node, embed, condition => sql.EmbedPresence(condition));
        return sql.GroupBy(node).OrderBy(source, node.Order).LimitOffset(node.Range);
    }

    private static string SelectEmbed(this SqlWriter sql, string separator, Embed child)
    {
        switch (child.Shape)
        {
            case ObjectShape { Silent: true } or ArrayShape { Silent: true }:
                return separator;
            case ObjectShape:
                sql.Raw(separator).Raw("row_to_json(").Name(child.Alias).Raw(".*)::jsonb AS ").Name(child.Name);
                return ", ";
            case ArrayShape:
                sql.Raw(separator).Raw("COALESCE( ").Name(child.Alias).Raw(".").Name(child.Alias).Raw(", '[]') AS ").Name(child.Name);
                return ", ";
            default:
                foreach (var column in SpreadOf(child.Shape))
                {
                    sql.Raw(separator).Spread(child.Alias, column);
                    separator = ", ";
                }
                return separator;
        }
    }

    private static ImmutableArray<SpreadColumn> SpreadOf(EmbedShape shape) => shape switch
    {
        SpreadShape one => one.Columns,
        SpreadArraysShape many => many.Columns,
        _ => [],
    };

    public static SqlWriter From(this SqlWriter sql, Source source, Embed? embed)
    {
        sql.Raw(" FROM ");
        switch (source)
        {
            case ResultSource:
                sql.Raw(Result);
                break;
            case ComputedSource computed:
                sql.Name(computed.Function).Raw("(").Name(computed.Row).Raw("::").Name(computed.RowType).Raw(")");
                break;
            case TableSource table:
                sql.Name(table.Name);
                break;
        }
        if (source.Alias is not null) sql.Raw(" AS ").Name(source.Alias);
        if (embed is { Junction: { } junction }) sql.Raw(", ").Name(junction).Raw(" AS ").Name(embed.Joins[0].LeftSource);
        return sql;
    }

    private static void Join(this SqlWriter sql, Embed child)
    {
        var inner = child.Join == JoinType.Inner;
        sql.Raw(inner ? " INNER JOIN LATERAL ( " : " LEFT JOIN LATERAL ( ");
        switch (child.Shape)
        {
            case ObjectShape or SpreadShape:
                sql.Select(child.Node, child).Raw(" ) AS ").Name(child.Alias).Raw(" ON TRUE");
                return;
            case SpreadArraysShape many:
                sql.RowsAsJson(child);
                foreach (var column in many.Columns)
                {
                    sql.Raw(", COALESCE(json_agg(").Column(new("", child.Alias), column.Source);
                    sql.OrderBy(new("", child.Alias), many.Order).Raw("),'[]')::jsonb AS ").Name(column.Alias ?? column.Source);
                }
                break;
            default:
                sql.RowsAsJson(child);
                break;
        }
        sql.Raw(" FROM (").Select(child.Node, child).Raw(" ) AS ").Name(child.Alias).Raw(" ) AS ").Name(child.Alias).Raw(" ON ");
        if (inner) sql.Name(child.Alias).Raw(" IS NOT NULL");
        else sql.Raw("TRUE");
    }

    private static void RowsAsJson(this SqlWriter sql, Embed child) =>
        sql.Raw("SELECT json_agg(").Name(child.Alias).Raw(")::jsonb AS ").Name(child.Alias);

    public static SqlWriter Where(this SqlWriter sql, ReadNode node, Embed? embed, Action<EmbedCondition> presence)
    {
        var separator = " WHERE ";
        foreach (var condition in node.Where)
        {
            sql.Raw(separator).Condition(node.From.Reference, condition, presence);
            separator = " AND ";
        }
        foreach (var join in embed?.Joins ?? [])
        {
            sql.Raw(separator).Column(join.LeftSource, join.LeftColumn).Raw(" = ").Column(join.RightSource, join.RightColumn);
            separator = " AND ";
        }
        return sql;
    }

    /// <summary>Where something is aggregated, everything else groups.</summary>
    private static SqlWriter GroupBy(this SqlWriter sql, ReadNode node)
    {
        var aggregated = node.Columns.Any(c => c.Aggregate is not null)
            || node.Embeds.Any(e => SpreadOf(e.Shape).Any(c => c.Aggregate is not null));
        if (!aggregated) return sql;
        var separator = " GROUP BY ";
        foreach (var column in node.Columns)
        {
            if (column.Aggregate is not null) continue;
            sql.Raw(separator);
            if (column.Alias is null) sql.Field(node.From.Reference, column.Field);
            else sql.Name(column.Alias);
            separator = ", ";
        }
        foreach (var child in node.Embeds)
        {
            if (child.Shape is ObjectShape { Silent: false } or ArrayShape { Silent: false })
            {
                sql.Raw(separator).Name(child.Name);
                separator = ", ";
            }
            foreach (var column in SpreadOf(child.Shape))
            {
                if (column.Aggregate is not null) continue;
                sql.Raw(separator).Column(new("", child.Alias), column.Alias ?? column.Source);
                separator = ", ";
            }
        }
        return sql;
    }

    private static SqlWriter LimitOffset(this SqlWriter sql, RowRange range)
    {
        if (range == RowRange.All) return sql;
        // The limit is a literal: with an unknown one a generic plan looks dearer than it is, and PostgreSQL would plan every request anew
        // (measured: a list of 20 cost it twice as much). Clients use few limits; offsets are many, so they stay parameters.
        sql.Raw(" LIMIT ").Raw(range.Limit?.ToString(CultureInfo.InvariantCulture) ?? "ALL");
        return range.Offset == 0 ? sql : sql.Raw(" OFFSET ").Value(range.Offset.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>
    /// Rows to count: filters without limits, and <c>SELECT 1</c> so that no computed column is evaluated. What an inner embed or
    /// a null filter asks for becomes EXISTS.
    /// </summary>
    public static SqlWriter Count(this SqlWriter sql, ReadNode node) => sql.Count(node, null);

    private static SqlWriter Count(this SqlWriter sql, ReadNode node, Embed? embed)
    {
        sql.Raw("SELECT 1").From(node.From, embed).Where(node, embed, condition =>
        {
            var child = node.Embeds.First(e => e.Alias == condition.Alias);
            sql.Raw(condition.Present ? "EXISTS (" : "NOT EXISTS (").Count(child.Node, child).Raw(")");
        });
        var separator = node.Where.IsEmpty && (embed is null || embed.Joins.IsEmpty) ? " WHERE " : " AND ";
        foreach (var child in node.Embeds)
        {
            if (child.Join != JoinType.Inner) continue;
            sql.Raw(separator).Raw("EXISTS (").Count(child.Node, child).Raw(")");
            separator = " AND ";
        }
        return sql;
    }
}
