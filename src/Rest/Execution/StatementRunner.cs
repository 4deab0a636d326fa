using System.Buffers;
using Hedgerow.Postgres;
using Hedgerow.Postgres.Errors;
using Hedgerow.Postgres.Execution;
using Hedgerow.Rest.Plan;
using Hedgerow.Rest.Request;
using Hedgerow.Rest.Response;
using Hedgerow.Rest.Schema;
using Hedgerow.Rest.Sql;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Hedgerow.Rest.Execution;

/// <summary>Runs a plan's statement and answers with what it returns.</summary>
internal sealed class StatementRunner(NpgsqlDataSource database, RestOptions options, RequestScript scripts)
{
    /// <summary>Answers, or returns the error while nothing is answered yet.</summary>
    public async Task<ApiError?> RunAsync(
        HttpContext context, StatementPlan plan, ApiRequest request, SchemaCache schema, ResponseWriter writer, CancellationToken cancellation)
    {
        var script = scripts.For(plan, StatementBuilder.Build(plan, request, options), request, schema);
        writer.Timing.Mark(Stage.Plan);
        try
        {
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
            if (plan is ReadPlan { MediaType: SingularMediaType } && result.Page != 1)
                return ResultGuard.Singular(result.Page.ToString(System.Globalization.CultureInfo.InvariantCulture));

            var head = ResponseHead.Of(plan, request, result, options);
            return script.ReadOnly
                ? await StreamAsync(context, head, result, trip, writer, cancellation)
                : await BufferAsync(context, head, result, trip, writer, cancellation);
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

    /// <summary>Counted exactly up to MaxRows, estimated beyond.</summary>
    private long? Total(ApiRequest request, long? counted, long estimate) => request.Preferences.Count switch
    {
        CountKind.Planned => estimate,
        CountKind.Estimated when counted > options.MaxRows => Math.Max(counted.Value, estimate),
        _ => counted,
    };

    /// <summary>A read has nothing to lose any more: its body goes out while it comes in.</summary>
    private static async Task<ApiError?> StreamAsync(
        HttpContext context, ResponseHead head, ResultHead result, RoundTrip trip, ResponseWriter writer, CancellationToken cancellation)
    {
        writer.Timing.Mark(Stage.Transaction);
        if (ResponseSettings.Apply(head, result) is { } error) return error;
        if (!head.HasBody || head.Refusal is not null || await trip.Reader.IsDBNullAsync(StatementBuilder.BodyColumn, cancellation))
        {
            await writer.WriteAsync(context, head, ReadOnlyMemory<byte>.Empty, cancellation);
            return null;
        }
        await using var body = trip.Reader.GetStream(StatementBuilder.BodyColumn);
        await writer.CopyAsync(context, head, body, cancellation);
        return null;
    }

    /// <summary>A write is answered once it is committed: a deferred constraint may still refuse it.</summary>
    private static async Task<ApiError?> BufferAsync(
        HttpContext context, ResponseHead head, ResultHead result, RoundTrip trip, ResponseWriter writer, CancellationToken cancellation)
    {
        byte[] buffer = [];
        var length = 0;
        try
        {
            if (head.HasBody && !await trip.Reader.IsDBNullAsync(StatementBuilder.BodyColumn, cancellation))
            {
                await using var body = trip.Reader.GetStream(StatementBuilder.BodyColumn);
                length = (int)body.Length;
                buffer = ArrayPool<byte>.Shared.Rent(Math.Max(length, 1));
                await body.ReadExactlyAsync(buffer.AsMemory(0, length), cancellation);
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
