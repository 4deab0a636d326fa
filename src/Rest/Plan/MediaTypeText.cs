using Hedgerow.Rest.Request;

namespace Hedgerow.Rest.Plan;

/// <summary>Media types as headers and messages write them.</summary>
internal static class MediaTypeText
{
    /// <summary>With parameters, without charset.</summary>
    public static string Of(MediaType type) => type switch
    {
        SingularMediaType { NullsStripped: true } => "application/vnd.pgrst.object+json;nulls=stripped",
        ArrayMediaType { NullsStripped: true } => "application/vnd.pgrst.array+json;nulls=stripped",
        PlanMediaType plan => $"{plan.Name}; for=\"{Of(plan.For)}\"{Options(plan.Options)}",
        _ => type.Name,
    };

    /// <summary>As <c>Content-Type</c>: the media types known here are UTF-8 text, of others only their owner knows.</summary>
    public static string ContentType(MediaType type) => type switch
    {
        PlainMediaType
        {
            Name: not ("application/json" or "text/csv" or "text/plain" or "text/xml" or "application/openapi+json"
            or "application/geo+json" or "application/x-www-form-urlencoded" or "*/*")
        } => type.Name,
        _ => $"{Of(type)}; charset=utf-8",
    };

    private static string Options(PlanOptions options)
    {
        if (options == PlanOptions.None) return "";
        var names = Enum.GetValues<PlanOptions>().Where(o => o != PlanOptions.None && options.HasFlag(o)).Select(o => o.ToString().ToLowerInvariant());
        return $"; options={string.Join('|', names)}";
    }
}
