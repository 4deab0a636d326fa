using System.Text.Json;

namespace Hedgerow.Auth.Tokens.JsonPaths;

/// <summary>Which children of a value are meant (RFC 9535, 2.3).</summary>
internal abstract record Selector
{
    public abstract IEnumerable<JsonElement> Select(JsonElement from, JsonElement root);

    /// <summary>What an array or an object holds.</summary>
    public static IEnumerable<JsonElement> ChildrenOf(JsonElement parent) => parent.ValueKind switch
    {
        JsonValueKind.Array => parent.EnumerateArray(),
        JsonValueKind.Object => parent.EnumerateObject().Select(member => member.Value),
        _ => [],
    };
}

internal sealed record MemberSelector(string Name) : Selector
{
    public override IEnumerable<JsonElement> Select(JsonElement from, JsonElement root) =>
        from.ValueKind == JsonValueKind.Object && from.TryGetProperty(Name, out var value) ? [value] : [];
}

/// <param name="Index">From the end where it is negative.</param>
internal sealed record IndexSelector(int Index) : Selector
{
    public override IEnumerable<JsonElement> Select(JsonElement from, JsonElement root)
    {
        if (from.ValueKind != JsonValueKind.Array) return [];
        var length = from.GetArrayLength();
        var index = Index < 0 ? length + Index : Index;
        return index >= 0 && index < length ? [from[index]] : [];
    }
}

/// <summary><c>[start:end:step]</c>; what is left out is null.</summary>
internal sealed record SliceSelector(int? Start, int? End, int Step) : Selector
{
    public override IEnumerable<JsonElement> Select(JsonElement from, JsonElement root)
    {
        if (from.ValueKind != JsonValueKind.Array || Step == 0) yield break;
        var length = from.GetArrayLength();
        var forward = Step > 0;
        long at = Bound(Start ?? (forward ? 0 : length - 1), length, forward);
        long end = End is null ? (forward ? length : -1) : Bound(End.Value, length, forward);
        for (; forward ? at < end : at > end; at += Step) yield return from[(int)at];
    }

    /// <summary>Backwards a slice begins at the last element and ends before the first.</summary>
    private static int Bound(int index, int length, bool forward)
    {
        if (index < 0) index += length;
        return forward ? Math.Clamp(index, 0, length) : Math.Clamp(index, -1, length - 1);
    }
}

internal sealed record WildcardSelector : Selector
{
    public override IEnumerable<JsonElement> Select(JsonElement from, JsonElement root) => ChildrenOf(from);
}

internal sealed record FilterSelector(Condition Condition) : Selector
{
    public override IEnumerable<JsonElement> Select(JsonElement from, JsonElement root) => ChildrenOf(from).Where(child => Condition.Holds(child, root));
}
