using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Extensions.Primitives;

namespace Hedgerow.Rest.Request;

/// <summary>Parses the <c>Prefer</c> header (RFC 7240; PostgREST, Preferences). Of two of a kind the first counts.</summary>
internal static class PreferHeader
{
    private static readonly Preferences Nothing = new();

    /// <param name="txAllowed">Whether <c>tx=</c> has an effect (<see cref="RestOptions.TxEnd"/>); where not, it is known and ignored.</param>
    public static Preferences Parse(StringValues header, bool txAllowed)
    {
        if (header.Count == 0) return Nothing;
        var found = Nothing;
        ImmutableArray<string>.Builder? invalid = null;
        foreach (var line in header)
        {
            var rest = line.AsSpan();
            foreach (var range in rest.Split(','))
            {
                var preference = rest[range].Trim();
                if (Apply(found, preference, txAllowed) is { } next) found = next;
                else (invalid ??= ImmutableArray.CreateBuilder<string>()).Add(new string(preference));
            }
        }
        return invalid is null ? found : found with { Invalid = invalid.ToImmutable() };
    }

    /// <summary>The preferences with one more, or null where nobody knows it.</summary>
    private static Preferences? Apply(Preferences found, ReadOnlySpan<char> preference, bool txAllowed) => preference switch
    {
        "resolution=merge-duplicates" => found.Resolution is null ? found with { Resolution = Resolution.MergeDuplicates } : found,
        "resolution=ignore-duplicates" => found.Resolution is null ? found with { Resolution = Resolution.IgnoreDuplicates } : found,
        "return=representation" => found.Return is null ? found with { Return = Representation.Full } : found,
        "return=minimal" => found.Return is null ? found with { Return = Representation.Minimal } : found,
        "return=headers-only" => found.Return is null ? found with { Return = Representation.HeadersOnly } : found,
        "count=exact" => found.Count is null ? found with { Count = CountKind.Exact } : found,
        "count=planned" => found.Count is null ? found with { Count = CountKind.Planned } : found,
        "count=estimated" => found.Count is null ? found with { Count = CountKind.Estimated } : found,
        "tx=commit" => txAllowed && found.Commit is null ? found with { Commit = true } : found,
        "tx=rollback" => txAllowed && found.Commit is null ? found with { Commit = false } : found,
        "missing=default" => found.MissingAsDefault is null ? found with { MissingAsDefault = true } : found,
        "missing=null" => found.MissingAsDefault is null ? found with { MissingAsDefault = false } : found,
        "handling=strict" => found.Strict is null ? found with { Strict = true } : found,
        "handling=lenient" => found.Strict is null ? found with { Strict = false } : found,
        _ when preference.StartsWith("timezone=") =>
            found.TimeZone is null ? found with { TimeZone = new string(preference["timezone=".Length..]) } : found,
        _ when preference.StartsWith("max-affected=") =>
            found.MaxAffected is null && long.TryParse(preference["max-affected=".Length..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var max)
                ? found with { MaxAffected = max }
                : found,
        _ => null,
    };
}
