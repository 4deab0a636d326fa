using System.Collections.Immutable;
using System.Text.Json;

namespace Hedgerow.Auth.Tokens.JsonPaths;

/// <summary>A step of a path (RFC 9535, 2.5): what its selectors select, of a value or of everything below it too.</summary>
/// <param name="Descends">Whether it was written with two dots.</param>
internal sealed record Segment(ImmutableArray<Selector> Selectors, bool Descends)
{
    /// <summary>Whether it leads to one value at most.</summary>
    public bool IsSingular => !Descends && Selectors is [MemberSelector or IndexSelector];

    public static IEnumerable<JsonElement> Walk(ImmutableArray<Segment> segments, JsonElement from, JsonElement root)
    {
        IEnumerable<JsonElement> found = [from];
        foreach (var segment in segments) found = found.SelectMany(value => segment.Select(value, root));
        return found;
    }

    private IEnumerable<JsonElement> Select(JsonElement from, JsonElement root) => Descends
        ? Below(from).SelectMany(value => Selected(value, root))
        : Selected(from, root);

    private IEnumerable<JsonElement> Selected(JsonElement from, JsonElement root) => Selectors.SelectMany(selector => selector.Select(from, root));

    /// <summary>The value itself and everything in it, parents first.</summary>
    private static IEnumerable<JsonElement> Below(JsonElement value) => Selector.ChildrenOf(value).SelectMany(Below).Prepend(value);
}
