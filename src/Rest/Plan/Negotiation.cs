using System.Collections.Immutable;
using Hedgerow.Postgres;
using Hedgerow.Rest.Request;
using Hedgerow.Rest.Schema;

namespace Hedgerow.Rest.Plan;

/// <summary>Picks the first acceptable media type that something can produce (RFC 9110, 12.5.1; PostgREST, Media Type Handlers).</summary>
internal static class Negotiation
{
    public sealed record Choice(BodyFormat Body, MediaType MediaType);

    private static readonly BodyFormat Json = new JsonBody(NullsStripped: false);

    /// <param name="relation">The table, the function's table, or the function: what a handler may be made for.</param>
    /// <param name="wholeRows">Whether every column is selected; a handler for one relation takes nothing less.</param>
    public static Result<Choice> Choose(ApiRequest request, QualifiedName relation, bool wholeRows, SchemaCache schema, RestOptions options)
    {
        foreach (var accepted in request.Accept)
            if (Match(accepted, relation, wholeRows, schema, options) is { } choice) return choice;
        return NotAcceptable(request.Accept);
    }

    public static bool AcceptsOpenApi(ImmutableArray<MediaType> accept) =>
        accept.Any(a => a.Name is "application/openapi+json" or "application/json" or "*/*");

    public static ApiError NotAcceptable(ImmutableArray<MediaType> accept) =>
        new(406, "PGRST107", $"None of these media types are available: {string.Join(", ", accept.Select(MediaTypeText.Of))}");

    private static Choice? Match(MediaType accepted, QualifiedName relation, bool wholeRows, SchemaCache schema, RestOptions options) => accepted switch
    {
        SingularMediaType singular => new(new JsonObjectBody(singular.NullsStripped), singular),
        ArrayMediaType { NullsStripped: true } array => new(new JsonBody(NullsStripped: true), array),
        ArrayMediaType => Lookup("application/json", relation, wholeRows, schema),
        PlanMediaType plan => options.PlanEnabled ? Explained(plan, relation, wholeRows, schema, options) : null,
        _ => Lookup(accepted.Name, relation, wholeRows, schema),
    };

    private static Choice? Explained(PlanMediaType plan, QualifiedName relation, bool wholeRows, SchemaCache schema, RestOptions options) =>
        plan.For is PlanMediaType ? null : Match(plan.For, relation, wholeRows, schema, options) is { } inner ? new(inner.Body, plan) : null;

    private static Choice? Lookup(string name, QualifiedName relation, bool wholeRows, SchemaCache schema)
    {
        MediaHandler? anyType = null, own = null, general = null;
        foreach (var handler in schema.MediaHandlers)
        {
            if (handler.Target is null)
            {
                if (handler.MediaType == name) general = handler;
            }
            else if (wholeRows && handler.Target == relation)
            {
                if (handler.MediaType == "*/*") anyType = handler;
                else if (handler.MediaType == name) own = handler;
            }
        }
        if ((anyType ?? own ?? general) is not { } found) return BuiltIn(name);

        // A handler of any type answers application/octet-stream unless it sets another header itself.
        var answered = found.MediaType == "*/*" ? MediaType.OctetStream : MediaTypeParser.Parse(found.ResultType.Name);
        return new(new HandlerBody(found.Function, found.Target), answered);
    }

    private static Choice? BuiltIn(string name) => name switch
    {
        "application/json" or "*/*" => new(Json, MediaType.Json),
        "text/csv" => new(new CsvBody(), MediaType.Csv),
        "application/geo+json" => new(new GeoJsonBody(), MediaType.GeoJson),
        _ => null,
    };
}
