using System.Globalization;
using Hedgerow.Postgres;
using Hedgerow.Rest.Plan;
using Hedgerow.Rest.Request;

namespace Hedgerow.Rest.Response;

/// <summary>Status and headers of an answer, before the database's own <c>response.status</c> and <c>response.headers</c> are applied.</summary>
internal sealed class ResponseHead(int status)
{
    public int Status { get; set; } = status;
    public List<KeyValuePair<string, string>> Headers { get; } = new(8);

    /// <summary>Whether the statement's body is answered.</summary>
    public bool HasBody { get; set; }

    /// <summary>Whether an absent body is an empty one (Content-Length: 0) rather than none.</summary>
    public bool IsEmpty { get; set; }

    /// <summary>Answered in place of the body: 416.</summary>
    public ApiError? Refusal { get; set; }

    private void Add(string name, string value) => Headers.Add(new(name, value));

    public static ResponseHead Of(StatementPlan plan, ApiRequest request, ResultHead result, RestOptions options) => plan switch
    {
        ReadPlan read => OfRead(read, request, result, options),
        CallPlan call => OfCall(call, request, result, options),
        WritePlan { Mutation: InsertMutation insert } write => OfInsert(write, insert, request, result, options),
        WritePlan { Mutation: ReplaceMutation replace } write => OfReplace(write, replace, request, result, options),
        WritePlan write => OfChange(write, request, result, options),
        _ => throw new NotSupportedException(plan.GetType().Name),
    };

    private static ResponseHead OfRead(ReadPlan read, ApiRequest request, ResultHead result, RestOptions options)
    {
        var head = Ranged(request, result);
        var query = request.Query.Canonical;
        head.Add("Content-Location", query.Length == 0 ? $"/{read.Relation.Name}" : $"/{read.Relation.Name}?{query}");
        head.AddContentType(read.MediaType, request);
        head.AddPreferences(read, request, options);
        head.HasBody = !read.HeadersOnly;
        return head;
    }

    private static ResponseHead OfCall(CallPlan call, ApiRequest request, ResultHead result, RestOptions options)
    {
        var head = Ranged(request, result);
        if (call.Routine.Returns is Schema.ScalarReturn { IsVoid: true, IsSet: false }) head.Status = 204;
        else head.AddContentType(call.MediaType, request);
        head.AddPreferences(call, request, options);
        head.HasBody = head.Status != 204 && !call.HeadersOnly;
        return head;
    }

    private static ResponseHead OfInsert(WritePlan write, InsertMutation insert, ApiRequest request, ResultHead result, RestOptions options)
    {
        var merges = request.Preferences.Resolution == Resolution.MergeDuplicates;
        // 200 where every row existed already.
        var head = new ResponseHead(merges && result.Inserted is null or <= 0 ? 200 : 201);
        if (result.Location is { Length: > 0 } location) head.Add("Location", $"/{insert.Target.Name}?{Query(location)}");
        head.Add("Content-Range", ContentRange(1, 0, Counted(request, result)));
        head.AddPreferences(write, request, options);
        head.AddRepresentation(write, request);
        head.IsEmpty = !head.HasBody;
        return head;
    }

    private static ResponseHead OfReplace(WritePlan write, ReplaceMutation replace, ApiRequest request, ResultHead result, RestOptions options)
    {
        var full = request.Preferences.Return == Representation.Full;
        var head = new ResponseHead(!full ? 204 : result.Inserted > 0 ? 201 : 200);
        head.AddPreferences(write, request, options);
        head.AddRepresentation(write, request);
        return head;
    }

    private static ResponseHead OfChange(WritePlan write, ApiRequest request, ResultHead result, RestOptions options)
    {
        var head = new ResponseHead(request.Preferences.Return == Representation.Full ? 200 : 204);
        var updates = write.Mutation is UpdateMutation;
        head.Add("Content-Range", ContentRange(updates ? 0 : 1, updates ? result.Page - 1 : 0, Counted(request, result)));
        head.AddPreferences(write, request, options);
        head.AddRepresentation(write, request);
        return head;
    }

    public static ResponseHead OfExplanation(StatementPlan plan, ApiRequest request)
    {
        var head = new ResponseHead(200) { HasBody = true };
        head.AddContentType(plan.MediaType, request);
        return head;
    }

    public static ResponseHead OfAllowed(string methods)
    {
        var head = new ResponseHead(200) { IsEmpty = true };
        head.Add("Allow", methods);
        return head;
    }

    public static ResponseHead OfDescription(ApiRequest request, bool headersOnly)
    {
        var head = new ResponseHead(200) { HasBody = !headersOnly };
        head.AddContentType(MediaType.OpenApi, request);
        return head;
    }

    private static ResponseHead Ranged(ApiRequest request, ResultHead result)
    {
        var first = request.Range.Offset;
        var status = result.Total is not { } total ? 200 : first > total ? 416 : result.Page < total ? 206 : 200;
        var head = new ResponseHead(status);
        head.Add("Content-Range", ContentRange(first, first + result.Page - 1, result.Total));
        if (status == 416)
            head.Refusal = new(416, "PGRST103", "Requested range not satisfiable",
                string.Create(CultureInfo.InvariantCulture, $"An offset of {first} was requested, but there are only {result.Total} rows."));
        return head;
    }

    private static long? Counted(ApiRequest request, ResultHead result) =>
        request.Preferences.Count is CountKind.Exact or CountKind.Estimated ? result.Page : null;

    /// <summary><c>first-last/total</c>, <c>*</c> for what is unknown or empty (RFC 9110, 14.4).</summary>
    private static string ContentRange(long first, long last, long? total)
    {
        var range = total == 0 || first > last ? "*" : string.Create(CultureInfo.InvariantCulture, $"{first}-{last}");
        return total is null ? $"{range}/*" : string.Create(CultureInfo.InvariantCulture, $"{range}/{total}");
    }

    private void AddContentType(MediaType type, ApiRequest request)
    {
        Add("Content-Type", MediaTypeText.ContentType(type));
        if (request.ProfileGiven) Add("Content-Profile", request.Schema);
    }

    private void AddRepresentation(WritePlan write, ApiRequest request)
    {
        if (request.Preferences.Return != Representation.Full) return;
        AddContentType(write.MediaType, request);
        HasBody = true;
    }

    private void AddPreferences(StatementPlan plan, ApiRequest request, RestOptions options)
    {
        if (AppliedPreferences.Of(plan, request, options) is { } applied) Add("Preference-Applied", applied);
    }

    private static string Query(string[] pairs) => string.Join('&', pairs.Select(pair =>
    {
        var equals = pair.IndexOf('=', StringComparison.Ordinal);
        return $"{ToUri(pair[..equals])}={ToUri(pair[(equals + 1)..])}";
    }));

    /// <summary>Percent-encoded; headers are ASCII.</summary>
    private static string ToUri(string text) => Uri.EscapeDataString(text);
}
