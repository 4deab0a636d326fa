using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using Hedgerow.Postgres;
using Hedgerow.Postgres.Errors;
using Hedgerow.Postgres.Execution;
using Hedgerow.Postgres.Multiplexing;
using Hedgerow.Rest.Plan;
using Hedgerow.Rest.Request;
using Hedgerow.Rest.Response;
using Hedgerow.Rest.Schema;
using Hedgerow.Rest.Sql;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Hedgerow.Rest.Execution;

/// <summary>Runs a plan's statement and answers with what it returns.</summary>
internal sealed class StatementRunner(NpgsqlDataSource database, Multiplexer? shared, RestOptions options, RequestScript scripts)
{
    private readonly ColumnReads _columns = new();

    /// <summary>Answers, or returns the error while nothing is answered yet.</summary>
    public async Task<ApiError?> RunAsync(
        HttpContext context, StatementPlan plan, ApiRequest request, SchemaCache schema, ResponseWriter writer, CancellationToken cancellation)
    {
        var shares = shared is not null && Shares(plan, request);
        var columns = shares ? _columns.Statements(plan, request) : null;
        var script = scripts.For(plan, columns ?? Statements(plan, request), request, schema);
        writer.Timing.Mark(Stage.Plan);
        try
        {
            if (shares && await shared!.RunAsync(script) is { } rows)
            {
                using var answer = rows;
                Remember(context, script.Statements[0]);
                var body = columns is null ? null : _columns.TryMeasure(rows, plan, script.Statements[0], schema.EnumsAsText);
                if (columns is null || body is not null) return await AnswerAsync(context, plan, request, rows, body, writer, cancellation);
            }
            var alone = columns is null ? script : script with { Statements = Statements(plan, request) };
            return await RunAloneAsync(context, plan, request, alone, shares ? script : null, writer, cancellation);
        }
        catch (PostgresException e) when (ResultGuard.Caught(e, out var error) && !context.Response.HasStarted)
        {
            return error;
        }
        catch (NpgsqlException e) when (!context.Response.HasStarted && !cancellation.IsCancellationRequested)
        {
            return DatabaseErrors.ToApiError(e, request.Caller.Role != options.AnonRole);
        }
    }

    /// <summary>On a connection of its own.</summary>
    /// <param name="quick">What may share a connection the next time, if this is quick.</param>
    private async Task<ApiError?> RunAloneAsync(
        HttpContext context, StatementPlan plan, ApiRequest request, TransactionScript script, TransactionScript? quick, ResponseWriter writer, CancellationToken cancellation)
    {
        Remember(context, script.Statements[^1]);
        await using var trip = await RoundTrip.SendAsync(database, script, cancellation);
        if (plan.MediaType is PlanMediaType) return await ExplainAsync(context, plan, request, trip, writer, cancellation);

        long? estimate = null;
        if (script.Statements.Length > 1)
        {
            await trip.Reader.ReadAsync(cancellation);
            estimate = ResultHead.Estimate(trip.Reader.GetString(0));
            await trip.NextAsync(cancellation);
        }
        await trip.Reader.ReadAsync(cancellation);
        var result = await ResultHead.ReadAsync(trip.Reader, cancellation);
        if (estimate is not null) result = result with { Total = Total(request, result.Total, estimate.Value) };
        if (Singular(plan, result) is { } refused) return refused;
        var bytes = await trip.Reader.IsDBNullAsync(StatementBuilder.BodyColumn, cancellation) ? null : trip.Reader.GetStream(StatementBuilder.BodyColumn);
        if (quick is not null) shared!.Learn(quick, trip.Elapsed, bytes?.Length ?? 0);

        var head = ResponseHead.Of(plan, request, result, options);
        return script.ReadOnly
            ? await StreamAsync(context, head, result, bytes, writer, cancellation)
            : await BufferAsync(context, head, result, bytes, trip, writer, cancellation);
    }

    /// <summary>For the log.</summary>
    private void Remember(HttpContext context, SqlStatement answering)
    {
        if (options.LogQuery) context.Features.Set(new ExecutedSql(answering.Text));
    }

    /// <summary>The estimate where it is asked for, then the statement that answers.</summary>
    private ImmutableArray<SqlStatement> Statements(StatementPlan plan, ApiRequest request)
    {
        var answering = StatementBuilder.Build(plan, request, options);
        return StatementBuilder.Estimate(plan, request) is { } estimate ? [estimate, answering] : [answering];
    }

    /// <summary>Counted exactly up to MaxRows; beyond, and where there is no such bound, whichever of count and estimate is larger.</summary>
    private long? Total(ApiRequest request, long? counted, long estimate) => request.Preferences.Count switch
    {
        CountKind.Planned => estimate,
        CountKind.Estimated when options.MaxRows is null || counted > options.MaxRows => Math.Max(counted ?? 0, estimate),
        _ => counted,
    };

    /// <summary>
    /// A shared connection answers in text, which for JSON is what it is anyway, and may be asked twice: so neither other formats nor
    /// functions that may write.
    /// </summary>
    private static bool Shares(StatementPlan plan, ApiRequest request) => plan.MediaType is not PlanMediaType
        && plan.Body is Plan.JsonBody or JsonObjectBody or NoBody
        && request.Preferences.Count is not (CountKind.Planned or CountKind.Estimated)
        && plan switch
        {
            CallPlan call => call.ReadOnly,
            WritePlan { Mutation: InsertMutation } => request.Preferences.Return != Representation.HeadersOnly,
            _ => true,
        };

    private static ApiError? Singular(StatementPlan plan, ResultHead result) => plan is ReadPlan { MediaType: SingularMediaType } && result.Page != 1
        ? ResultGuard.Singular(result.Page.ToString(CultureInfo.InvariantCulture))
        : null;

    /// <summary>A shared connection's transaction has ended when its rows are here.</summary>
    /// <param name="body">The one that they make; null where it stands in the last of them.</param>
    private async Task<ApiError?> AnswerAsync(
        HttpContext context, StatementPlan plan, ApiRequest request, MultiplexedRows rows, JsonRows? body, ResponseWriter writer, CancellationToken cancellation)
    {
        var result = body is null ? ResultHead.Read(rows.Last) : ResultHead.Read(rows);
        writer.Timing.Mark(Stage.Transaction);
        if (Singular(plan, result) is { } refused) return refused;
        var head = ResponseHead.Of(plan, request, result, options);
        if (ResponseSettings.Apply(head, result) is { } error) return error;
        if (body is not null) await writer.WriteAsync(context, head, body, cancellation);
        else await writer.WriteAsync(context, head, head.HasBody ? rows.Last.Column(StatementBuilder.BodyColumn) ?? default : default, cancellation);
        return null;
    }

    /// <summary>A read has nothing to lose any more: its body goes out while it comes in.</summary>
    private static async Task<ApiError?> StreamAsync(
        HttpContext context, ResponseHead head, ResultHead result, Stream? bytes, ResponseWriter writer, CancellationToken cancellation)
    {
        writer.Timing.Mark(Stage.Transaction);
        if (ResponseSettings.Apply(head, result) is { } error) return error;
        if (!head.HasBody || head.Refusal is not null || bytes is null) await writer.WriteAsync(context, head, ReadOnlyMemory<byte>.Empty, cancellation);
        else await writer.CopyAsync(context, head, bytes, cancellation);
        return null;
    }

    /// <summary>A write is answered once it is committed: a deferred constraint may still refuse it.</summary>
    private static async Task<ApiError?> BufferAsync(
        HttpContext context, ResponseHead head, ResultHead result, Stream? bytes, RoundTrip trip, ResponseWriter writer, CancellationToken cancellation)
    {
        byte[] buffer = [];
        var length = 0;
        try
        {
            if (head.HasBody && bytes is not null)
            {
                length = (int)bytes.Length;
                buffer = ArrayPool<byte>.Shared.Rent(Math.Max(length, 1));
                await bytes.ReadExactlyAsync(buffer.AsMemory(0, length), cancellation);
            }
            await trip.FinishAsync(cancellation);
            writer.Timing.Mark(Stage.Transaction);
            if (ResponseSettings.Apply(head, result) is { } error) return error;
            await writer.WriteAsync(context, head, buffer.AsMemory(0, length), cancellation);
            return null;
        }
        finally
        {
            if (buffer.Length > 0) ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async Task<ApiError?> ExplainAsync(
        HttpContext context, StatementPlan plan, ApiRequest request, RoundTrip trip, ResponseWriter writer, CancellationToken cancellation)
    {
        var lines = new System.Text.StringBuilder();
        while (await trip.Reader.ReadAsync(cancellation)) lines.Append(trip.Reader.GetString(0)).Append('\n');
        await trip.FinishAsync(cancellation);
        writer.Timing.Mark(Stage.Transaction);
        await writer.WriteAsync(context, ResponseHead.OfExplanation(plan, request), System.Text.Encoding.UTF8.GetBytes(lines.ToString()), cancellation);
        return null;
    }
}
