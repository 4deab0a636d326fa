using Hedgerow.Postgres;
using Hedgerow.Rest.Plan;
using Hedgerow.Rest.Request;
using Hedgerow.Rest.Response;
using Hedgerow.Rest.Schema;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Hedgerow.Rest.Execution;

/// <summary>One request from HTTP to HTTP: parse, plan, run, answer.</summary>
internal sealed class RestHandler(RestOptions options, ApiRequestParser parser, SchemaCacheStore schemas, StatementRunner runner, DescriptionRunner describer, ILogger logger)
{
    private static readonly ApiError s_noSchema = new(503, "PGRST002", "Could not query the database for the schema cache. Retrying.")
    {
        Headers = [new("Retry-After", "1")],
    };

    private readonly int _baseLength = options.BasePath.TrimEnd('/').Length;

    public async Task HandleAsync(HttpContext context)
    {
        if (options.TraceHeader.Length > 0) context.Response.Headers[options.TraceHeader] = HeaderText.Of(context.Request.Headers[options.TraceHeader].ToString());
        if (await AnswerAsync(context, context.RequestAborted) is { } error) await ErrorResponse.WriteAsync(context, error, options);
    }

    /// <returns>What went wrong while nothing was answered yet; null once it is answered.</returns>
    private async Task<ApiError?> AnswerAsync(HttpContext context, CancellationToken cancellation)
    {
        var writer = new ResponseWriter(options);
        if (options.ServerTiming && context.Features.Get<IdentityCost>() is { } cost) writer.Timing.Token = cost.Elapsed;
        if (!context.Features.GetRequiredFeature<Identity>().Caller.Ok(out var caller, out var error)) return error;
        if (schemas.Current is not { } schema) return s_noSchema;

        if (!(await RequestBody.ReadAsync(context, options.MaxBodyBytes, cancellation)).Ok(out var body, out error)) return error;
        if (!parser.Parse(Input(context, body), caller).Ok(out var request, out error)) return error;
        writer.Timing.Mark(Stage.Parse);

        if (!Planner.Plan(request, schema, options).Ok(out var planned, out error)) return error;
        writer.LegacyNames = planned.LegacyNames;
        if (!planned.LegacyNames.IsEmpty) RequestLog.LegacyTargetNames(logger, request.Method, request.Path, writer.Renames);
        switch (planned.Plan)
        {
            case StatementPlan statement:
                return await runner.RunAsync(context, statement, request, schema, writer, cancellation);
            case AllowPlan allow:
                context.Response.Headers.AccessControlAllowOrigin = "*";
                await writer.WriteAsync(context, ResponseHead.OfAllowed(allow.Methods), ReadOnlyMemory<byte>.Empty, cancellation);
                return null;
            case DescribePlan describe:
                return await describer.RunAsync(context, describe, request, schema, writer, cancellation);
            default:
                throw new NotSupportedException(planned.Plan.GetType().Name);
        }
    }

    /// <summary>The path as it came: what the server decoded can no longer be told from what was a separator.</summary>
    private RequestInput Input(HttpContext context, ReadOnlyMemory<byte> body)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var question = target.IndexOf('?', StringComparison.Ordinal);
        var path = question < 0 ? target : target[..question];
        return new()
        {
            Method = context.Request.Method,
            RawPath = path.Length > _baseLength ? path[_baseLength..] : "/",
            RawQuery = question < 0 ? "" : target[(question + 1)..],
            Headers = context.Request.Headers,
            Body = body,
        };
    }
}
