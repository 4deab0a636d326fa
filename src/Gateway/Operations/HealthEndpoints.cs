using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hedgerow.Gateway.Operations;

/// <summary><c>/health/live</c>: the process answers. <c>/health/ready</c>: it can serve, or 503 with what is missing.</summary>
public static class HealthEndpoints
{
    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/health/live", () => Results.Json(new { status = "live" }));
        routes.MapGet("/health/ready", async (Readiness readiness, CancellationToken cancellation) =>
        {
            var missing = await readiness.MissingAsync(cancellation);
            return missing.Count == 0
                ? Results.Json(new { status = "ready" })
                : Results.Json(new { status = "not ready", missing }, statusCode: StatusCodes.Status503ServiceUnavailable);
        });
    }
}
