using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Hedgerow.Postgres;
using Hedgerow.Realtime.Rows;
using Hedgerow.Realtime.Visibility;
using Npgsql;
using NpgsqlTypes;

namespace Hedgerow.Realtime.Delivery;

/// <summary>Holds what a client asks for against the catalogue, as its role: what cannot work is refused before it is acknowledged.</summary>
public sealed class BindingPlanner(RealtimeDatabase database, AccessCatalogue catalogue, TypeCatalogue types)
{
    private const string Published = "select 1 from pg_publication_tables t where t.pubname in ('hedgerow_realtime', 'supabase_realtime')";

    private sealed record Column(uint Type, string TypeName, bool Deterministic);

    public async Task<Result<List<Binding>>> PlanAsync(Caller caller, IReadOnlyList<BindingRequest> requests, CancellationToken cancellation)
    {
        await using var connection = await database.Pool.OpenConnectionAsync(cancellation);
        if (await RoleFlawAsync(connection, caller.Role, cancellation) is { } flaw) return flaw;
        var bindings = new List<Binding>();
        foreach (var request in requests)
        {
            if (!(await PlanAsync(connection, caller, request, bindings.Count, cancellation)).Ok(out var binding, out var error)) return error;
            bindings.Add(binding);
        }
        return bindings;
    }

    /// <summary>The moment from which a subscription that is made now hears.</summary>
    public async Task<Fence> FenceAsync(CancellationToken cancellation)
    {
        await using var ask = database.Command(Fence.Ask);
        await using var row = await ask.ExecuteReaderAsync(cancellation);
        await row.ReadAsync(cancellation);
        return new Fence(row.GetString(0), (ulong)row.GetFieldValue<NpgsqlLogSequenceNumber>(1));
    }

    private async Task<Result<Binding>> PlanAsync(NpgsqlConnection connection, Caller caller, BindingRequest request, int number, CancellationToken cancellation)
    {
        if (!FilterParser.Parse(request.Filter).Ok(out var conditions, out var error)) return error;
        if (request.Schema == BindingRequest.Any || request.Table == BindingRequest.Any)
            return await PlanWildcardAsync(connection, request, conditions, number, cancellation);

        var table = new QualifiedName(request.Schema, request.Table);
        await using var find = new NpgsqlCommand(
            $"""
            select c.oid, exists ({Published} and t.schemaname = n.nspname and t.tablename = c.relname)
            from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where n.nspname = $1 and c.relname = $2 and c.relkind in ('r', 'p')
            """, connection) { Parameters = { new() { Value = table.Schema }, new() { Value = table.Name } } };
        uint oid;
        await using (var row = await find.ExecuteReaderAsync(cancellation))
        {
            if (!await row.ReadAsync(cancellation)) return NoTable(table);
            if (!row.GetBoolean(1)) return NotPublished(table);
            oid = row.GetFieldValue<uint>(0);
        }
        if (await catalogue.LoadAsync(connection, oid, caller.Role, cancellation) is not { } access) return NoTable(table);
        if (access.Readable.IsEmpty) return new ApiError(403, "insufficient_privilege", $"permission denied for table {table.Name}", Hint: $"grant select on {table} to {caller.Role};");
        foreach (var name in (request.Columns ?? []).Concat(conditions.Select(condition => condition.Column)))
            if (!access.Readable.Contains(name)) return NoColumn(table, name);

        if (!(await FilterAsync(connection, caller, table, oid, conditions, cancellation)).Ok(out var filter, out error)) return error;
        return new Binding(number, request.Events, table.Schema, table.Name, filter, request.Columns is { Count: > 0 } columns ? [.. columns] : null);
    }

    private static async Task<Result<Binding>> PlanWildcardAsync(
        NpgsqlConnection connection, BindingRequest request, List<FilterCondition> conditions, int number, CancellationToken cancellation)
    {
        if (conditions.Count > 0 || request.Columns is { Count: > 0 })
            return new ApiError(400, "invalid_subscription", "A filter or a selection of columns needs a table", Hint: "Name schema and table, or leave filter and select out");
        await using var find = new NpgsqlCommand(
            $"select exists ({Published} and ($1 = '*' or t.schemaname = $1) and ($2 = '*' or t.tablename = $2))", connection)
        {
            Parameters = { new() { Value = request.Schema }, new() { Value = request.Table } },
        };
        return await find.ExecuteScalarAsync(cancellation) is true
            ? new Binding(number, request.Events, request.Schema, request.Table, RowFilter.None, null)
            : NotPublished(new QualifiedName(request.Schema, request.Table));
    }

    /// <summary>The role must exist, and be one that the room may become.</summary>
    private static async Task<ApiError?> RoleFlawAsync(NpgsqlConnection connection, string role, CancellationToken cancellation)
    {
        await using var ask = new NpgsqlCommand("select pg_has_role(session_user, oid, 'member') from pg_roles where rolname = $1", connection) { Parameters = { new() { Value = role } } };
        return await ask.ExecuteScalarAsync(cancellation) switch
        {
            true => null,
            null => new ApiError(403, "unknown_role", $"role \"{role}\" does not exist"),
            _ => new ApiError(403, "role_not_granted", $"permission denied to set role \"{role}\"", Hint: $"grant {Sql.Identifier(role)} to hedgerow_realtime;"),
        };
    }

    private async Task<Result<RowFilter>> FilterAsync(
        NpgsqlConnection connection, Caller caller, QualifiedName table, uint oid, List<FilterCondition> conditions, CancellationToken cancellation)
    {
        if (conditions.Count == 0) return RowFilter.None;
        var columns = await ColumnsAsync(connection, oid, cancellation);
        var local = ImmutableArray.CreateBuilder<LocalTest>();
        var asked = new List<string>();
        var values = new List<string>();
        var casts = new List<(string Type, FilterCondition Condition)>();
        foreach (var condition in conditions)
        {
            if (!columns.TryGetValue(condition.Column, out var column)) return NoColumn(table, condition.Column);
            var type = await types.FindAsync(column.Type, cancellation);
            if (condition is { Operator: FilterOperator.Is, Values: ["null"] })
            {
                local.Add(new LocalTest.IsNull(condition.Column, condition.Negated));
                continue;
            }
            var texts = condition.Values;
            if (condition.Operator is not (FilterOperator.Is or FilterOperator.Like or FilterOperator.ILike or FilterOperator.Match or FilterOperator.IMatch))
            {
                if (!(await ReadAsync(connection, caller, table, column.TypeName, condition, cancellation)).Ok(out var read, out var error)) return error;
                texts = read;
            }
            if (condition.Operator is FilterOperator.Eq or FilterOperator.Neq or FilterOperator.In && type.Comparable && column.Deterministic)
            {
                // bool's text is t or f, but true or false as a cast gives it.
                var bytes = texts.Select(text => Encoding.UTF8.GetBytes(column.Type == 16 ? text[..1] : text)).ToImmutableArray();
                local.Add(new LocalTest.OneOf(condition.Column, bytes, condition.Negated != (condition.Operator == FilterOperator.Neq)));
                continue;
            }
            asked.Add(Expression(table, condition, column.TypeName, texts, values));
        }
        if (asked.Count == 0) return new RowFilter(local.ToImmutable(), null);
        var filter = new AskedFilter(string.Join(" and ", asked), values, [.. conditions.Select(condition => condition.Column).Distinct()], string.Join('\0', asked.Concat(values)));
        return await TryAsync(connection, caller, table, filter, cancellation) is { } flaw ? flaw : new RowFilter(local.ToImmutable(), filter);
    }

    private static async Task<Dictionary<string, Column>> ColumnsAsync(NpgsqlConnection connection, uint oid, CancellationToken cancellation)
    {
        await using var ask = new NpgsqlCommand(
            """
            select a.attname::text, a.atttypid, format_type(a.atttypid, null), coalesce(c.collisdeterministic, true)
            from pg_attribute a left join pg_collation c on c.oid = a.attcollation where a.attrelid = $1 and a.attnum > 0 and not a.attisdropped
            """, connection) { Parameters = { new() { Value = oid, NpgsqlDbType = NpgsqlDbType.Oid } } };
        var columns = new Dictionary<string, Column>(StringComparer.Ordinal);
        await using var row = await ask.ExecuteReaderAsync(cancellation);
        while (await row.ReadAsync(cancellation)) columns[row.GetString(0)] = new(row.GetFieldValue<uint>(1), row.GetString(2), row.GetBoolean(3));
        return columns;
    }

    /// <summary>The values as the column's type reads and writes them.</summary>
    private static async Task<Result<List<string>>> ReadAsync(
        NpgsqlConnection connection, Caller caller, QualifiedName table, string type, FilterCondition condition, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { RowCheck.Become(caller, table.Schema) } };
        batch.BatchCommands.Add(new NpgsqlBatchCommand($"select coalesce((v.value)::{type}::text, '') from unnest($1::text[]) with ordinality as v (value, n) order by v.n")
        {
            Parameters = { new NpgsqlParameter<string[]> { TypedValue = [.. condition.Values] } },
        });
        try
        {
            var read = new List<string>();
            await using var reader = await batch.ExecuteReaderAsync(cancellation);
            await reader.NextResultAsync(cancellation);
            while (await reader.ReadAsync(cancellation)) read.Add(reader.GetString(0));
            return read;
        }
        catch (PostgresException e)
        {
            return new ApiError(400, "invalid_filter", $"The filter's value for {condition.Column} cannot be read: {e.MessageText}");
        }
    }

    /// <summary>An operator that the column's type does not have is found by planning the condition over no rows.</summary>
    private static async Task<ApiError?> TryAsync(NpgsqlConnection connection, Caller caller, QualifiedName table, AskedFilter filter, CancellationToken cancellation)
    {
        var question = RowQuestion.OfFilter(caller, table, filter.Expression, new RowSet(TableShape.Empty, []), filter.Values);
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { RowCheck.Become(caller, table.Schema), RowCheck.Command(question, "[]"u8.ToArray()) } };
        try
        {
            await batch.ExecuteNonQueryAsync(cancellation);
            return null;
        }
        catch (PostgresException e)
        {
            return new ApiError(400, "invalid_filter", $"The filter cannot be applied to {table}: {e.MessageText}");
        }
    }

    private static string Expression(QualifiedName table, FilterCondition condition, string type, IReadOnlyList<string> texts, List<string> values)
    {
        var column = $"{Sql.Identifier(table.Name)}.{Sql.Identifier(condition.Column)}";
        string Value(string text)
        {
            values.Add(text);
            return string.Create(CultureInfo.InvariantCulture, $"${values.Count + 1}");
        }
        string Typed(string text) => $"({Value(text)})::{type}";
        var test = condition.Operator switch
        {
            FilterOperator.Eq => $"{column} = {Typed(texts[0])}",
            FilterOperator.Neq => $"{column} <> {Typed(texts[0])}",
            FilterOperator.Lt => $"{column} < {Typed(texts[0])}",
            FilterOperator.Lte => $"{column} <= {Typed(texts[0])}",
            FilterOperator.Gt => $"{column} > {Typed(texts[0])}",
            FilterOperator.Gte => $"{column} >= {Typed(texts[0])}",
            FilterOperator.In => $"{column} = any (array[{string.Join(", ", texts.Select(Typed))}])",
            FilterOperator.Like => $"{column} like {Value(texts[0])}",
            FilterOperator.ILike => $"{column} ilike {Value(texts[0])}",
            FilterOperator.Match => $"{column} ~ {Value(texts[0])}",
            FilterOperator.IMatch => $"{column} ~* {Value(texts[0])}",
            FilterOperator.IsDistinct => $"{column} is distinct from {Typed(texts[0])}",
            FilterOperator.Is => $"{column} is {texts[0]}",
            _ => throw new InvalidOperationException($"No SQL for {condition.Operator}."),
        };
        return condition.Negated ? $"not ({test})" : $"({test})";
    }

    private static ApiError NoTable(QualifiedName table) => new(404, "unknown_table", $"table {table} does not exist");

    private static ApiError NotPublished(QualifiedName table) => new(404, "not_published", $"table {table} is not in the publication",
        Hint: $"alter publication hedgerow_realtime add table {table};");

    private static ApiError NoColumn(QualifiedName table, string column) => new(400, "unknown_column", $"column {column} of table {table} does not exist or may not be read");
}
