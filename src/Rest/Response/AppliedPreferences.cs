using System.Globalization;
using Hedgerow.Rest.Execution;
using Hedgerow.Rest.Plan;
using Hedgerow.Rest.Request;

namespace Hedgerow.Rest.Response;

/// <summary><c>Preference-Applied</c>: those preferences that meant something for this request (RFC 7240, 3).</summary>
internal static class AppliedPreferences
{
    /// <returns>Null where there are none.</returns>
    public static string? Of(StatementPlan plan, ApiRequest request, RestOptions options)
    {
        var given = request.Preferences;
        if (given == s_none) return null;
        var applied = new List<string>(4);
        if (plan is WritePlan { Mutation: InsertMutation insert } && (insert.PrimaryKey.Length > 0 || request.Query.OnConflict is not null))
        {
            if (given.Resolution is { } resolution)
                applied.Add(resolution == Resolution.MergeDuplicates ? "resolution=merge-duplicates" : "resolution=ignore-duplicates");
        }
        if (plan is WritePlan { Mutation: InsertMutation or UpdateMutation } && given.MissingAsDefault is { } missing)
            applied.Add(missing ? "missing=default" : "missing=null");
        if (plan is WritePlan && given.Return is { } representation)
        {
            applied.Add(representation switch
            {
                Representation.Full => "return=representation",
                Representation.HeadersOnly => "return=headers-only",
                _ => "return=minimal",
            });
        }
        if (given.Count is { } count) applied.Add($"count={count.ToString().ToLowerInvariant()}");
        if (TransactionEnding.Applied(options, given) is { } commit) applied.Add(commit ? "tx=commit" : "tx=rollback");
        if (given.Strict is { } strict) applied.Add(strict ? "handling=strict" : "handling=lenient");
        if (given.TimeZone is { } zone) applied.Add($"timezone={zone}");
        if (given is { MaxAffected: { } most, Strict: true } && plan is CallPlan or WritePlan { Mutation: UpdateMutation or DeleteMutation })
            applied.Add(string.Create(CultureInfo.InvariantCulture, $"max-affected={given.MaxAffected}"));
        return applied.Count == 0 ? null : string.Join(", ", applied);
    }

    private static readonly Preferences s_none = new();
}
