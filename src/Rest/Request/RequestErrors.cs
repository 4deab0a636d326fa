using Hedgerow.Postgres;

namespace Hedgerow.Rest.Request;

/// <summary>What can be wrong with a request before the schema is asked (PostgREST, Errors, group 1).</summary>
internal static class RequestErrors
{
    /// <param name="message">Which parameter and where in it.</param>
    /// <param name="details">What was found and what was expected there.</param>
    public static ApiError QueryString(string message, string details) => new(400, "PGRST100", message, details);

    public static ApiError RpcMethod(string method) => new(405, "PGRST101", $"Cannot use the {method} method on RPC");

    public static ApiError Body(string message) => new(400, "PGRST102", message);

    public static readonly ApiError NegativeLimit = new(
        416, "PGRST103", "Requested range not satisfiable", "Limit should be greater than or equal to zero.");

    public static readonly ApiError InvertedRange = new(
        416, "PGRST103", "Requested range not satisfiable",
        "The lower boundary must be lower than or equal to the upper boundary in the Range header.");

    public static ApiError Schema(string name, IEnumerable<string> exposed) => new(
        406, "PGRST106", $"Invalid schema: {name}", null, $"Only the following schemas are exposed: {string.Join(", ", exposed)}");

    public static readonly ApiError LimitedPut = new(
        400, "PGRST114", "limit/offset querystring parameters are not allowed for PUT");

    public static ApiError Method(string method) => new(405, "PGRST117", $"Unsupported HTTP method: {method}");

    public static readonly ApiError Path = new(404, "PGRST125", "Invalid path specified in request URL");

    public static readonly ApiError OpenApiDisabled = new(404, "PGRST126", "Root endpoint metadata is disabled");
}
