using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Hedgerow.Postgres.Execution;
using Hedgerow.Postgres.Multiplexing;
using Hedgerow.Rest.Plan;
using Hedgerow.Rest.Request;
using Hedgerow.Rest.Response;
using Hedgerow.Rest.Sql;

namespace Hedgerow.Rest.Execution;

/// <summary>Reads that are answered by their columns (<see cref="StatementBuilder.Columns"/>), and which of them cannot be: only what they return tells.</summary>
internal sealed class ColumnReads
{
    /// <summary>More than applications have; past it they are learnt anew.</summary>
    private const int MostTexts = 10_000;

    private readonly ConditionalWeakTable<RowDescription, JsonColumn[]> _columns = [];
    private readonly ConcurrentDictionary<string, byte> _unsuited = new(StringComparer.Ordinal);

    /// <summary>Null where PostgreSQL has to make the body.</summary>
    public ImmutableArray<SqlStatement>? Statements(StatementPlan plan, ApiRequest request) =>
        StatementBuilder.Columns(plan, request) is { } statements && !_unsuited.ContainsKey(statements[0].Text) ? statements : null;

    /// <summary>The body. Null: it cannot be made of these rows, nor will it be tried again.</summary>
    public JsonRows? TryMeasure(MultiplexedRows rows, StatementPlan plan, SqlStatement statement, FrozenSet<uint> enums)
    {
        if (rows.Description is { } description && TryDescribe(description, enums, out var columns)
            && JsonRows.TryMeasure(rows, columns, isArray: plan.Body is not JsonObjectBody) is { } body) return body;
        if (_unsuited.Count >= MostTexts) _unsuited.Clear();
        _unsuited.TryAdd(statement.Text, 0);
        return null;
    }

    private bool TryDescribe(RowDescription description, FrozenSet<uint> enums, out JsonColumn[] columns)
    {
        if (_columns.TryGetValue(description, out columns!)) return true;
        if (!JsonColumns.TryDescribe(description, enums, out var described)) return false;
        _columns.TryAdd(description, columns = described);
        return true;
    }
}
