using Hedgerow.Postgres;
using Hedgerow.Postgres.Errors;
using Hedgerow.Postgres.Execution;
using Hedgerow.Rest.OpenApi;
using Hedgerow.Rest.Plan;
using Hedgerow.Rest.Request;
using Hedgerow.Rest.Response;
using Hedgerow.Rest.Schema;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Hedgerow.Rest.Execution;

/// <summary>Answers the root with the OpenAPI description of what the caller may use.</summary>
internal sealed class DescriptionRunner(NpgsqlDataSource database, RestOptions options, RequestScript scripts)
{
    /// <summary>Answers, or returns the error while nothing is answered yet.</summary>
    public async Task<ApiError?> RunAsync(
        HttpContext context, DescribePlan plan, ApiRequest request, SchemaCache schema, ResponseWriter writer, CancellationToken cancellation)
    {
        OpenApiAccess? access;
        try
        {
            // Asked also where everything is shown: the caller's role and the pre-request function may refuse any request.
            var ask = new SqlStatement(OpenApiAccess.Sql, [new SqlValue(request.Schema)]);
            await using var trip = await RoundTrip.SendAsync(database, scripts.ForCatalogue(request, schema, [ask]), cancellation);
            await trip.Reader.ReadAsync(cancellation);
            access = options.OpenApiMode == "follow-privileges" ? OpenApiAccess.Read(trip.Reader) : null;
            await trip.FinishAsync(cancellation);
        }
        catch (NpgsqlException e) when (!cancellation.IsCancellationRequested)
        {
            return DatabaseErrors.ToApiError(e, request.Caller.Role != options.AnonRole);
        }
        writer.Timing.Mark(Stage.Transaction);
        var server = new OpenApiServer(context.Request.Scheme, context.Request.Host.Value ?? "localhost", options.BasePath);
        var document = OpenApiDocument.Render(schema, options, request.Schema, access, server);
        await writer.WriteAsync(context, ResponseHead.OfDescription(request, plan.HeadersOnly), document, cancellation);
        return null;
    }
}
