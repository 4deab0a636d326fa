using Hedgerow.Postgres;
using Microsoft.AspNetCore.Http;

namespace Hedgerow.Gateway.Requests;

/// <summary>Answers paths that lead to no room.</summary>
public static class NoRoute
{
    private static readonly ApiError s_notFound = new(404, "not_found", "No route matched with those values",
        Hint: "REST is under /rest/v1, Auth under /auth/v1, Storage under /storage/v1");

    public static Task AnswerAsync(HttpContext context) => ErrorBody.WriteAsync(context, s_notFound);
}
