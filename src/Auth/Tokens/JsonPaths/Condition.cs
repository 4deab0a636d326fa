using System.Collections.Immutable;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Hedgerow.Auth.Tokens.JsonPaths;

/// <summary>What a filter asks of each child (RFC 9535, 2.3.5).</summary>
internal abstract record Condition
{
    /// <param name="current">The child, <c>@</c>.</param>
    /// <param name="root">The whole, <c>$</c>.</param>
    public abstract bool Holds(JsonElement current, JsonElement root);
}

internal sealed record AnyOf(ImmutableArray<Condition> Terms) : Condition
{
    public override bool Holds(JsonElement current, JsonElement root) => Terms.Any(term => term.Holds(current, root));
}

internal sealed record AllOf(ImmutableArray<Condition> Terms) : Condition
{
    public override bool Holds(JsonElement current, JsonElement root) => Terms.All(term => term.Holds(current, root));
}

internal sealed record Not(Condition Term) : Condition
{
    public override bool Holds(JsonElement current, JsonElement root) => !Term.Holds(current, root);
}

internal sealed record Exists(Query Query) : Condition
{
    public override bool Holds(JsonElement current, JsonElement root) => Query.Find(current, root).Any();
}

/// <summary><c>search(value, 'pattern')</c>: the pattern fits somewhere in the text.</summary>
internal sealed record Search(Operand Value, Regex Pattern) : Condition
{
    public override bool Holds(JsonElement current, JsonElement root) =>
        Value.Read(current, root) is { ValueKind: JsonValueKind.String } text && Pattern.IsMatch(text.GetString()!);
}

/// <param name="Operator"><c>== != &lt; &lt;= &gt; &gt;=</c>.</param>
internal sealed record Comparison(Operand Left, string Operator, Operand Right) : Condition
{
    public override bool Holds(JsonElement current, JsonElement root)
    {
        var (left, right) = (Left.Read(current, root), Right.Read(current, root));
        return Operator switch
        {
            "==" => AreEqual(left, right),
            "!=" => !AreEqual(left, right),
            "<" => IsLess(left, right),
            "<=" => IsLess(left, right) || AreEqual(left, right),
            ">" => IsLess(right, left),
            _ => IsLess(right, left) || AreEqual(left, right),
        };
    }

    /// <summary>What is not there equals only what is not there either.</summary>
    private static bool AreEqual(JsonElement? left, JsonElement? right) =>
        left is { } a && right is { } b ? JsonElement.DeepEquals(a, b) : left is null && right is null;

    /// <summary>Only numbers and texts have an order.</summary>
    private static bool IsLess(JsonElement? left, JsonElement? right) => (left, right) switch
    {
        ({ ValueKind: JsonValueKind.Number } a, { ValueKind: JsonValueKind.Number } b) => a.GetDouble() < b.GetDouble(),
        ({ ValueKind: JsonValueKind.String } a, { ValueKind: JsonValueKind.String } b) => string.CompareOrdinal(a.GetString(), b.GetString()) < 0,
        _ => false,
    };
}

/// <summary>One side of a comparison.</summary>
internal abstract record Operand
{
    /// <summary>Null where nothing stands there.</summary>
    public abstract JsonElement? Read(JsonElement current, JsonElement root);
}

internal sealed record Literal(JsonElement Value) : Operand
{
    public override JsonElement? Read(JsonElement current, JsonElement root) => Value;
}

/// <summary>A path within a filter.</summary>
/// <param name="FromRoot">Begins with <c>$</c> rather than <c>@</c>.</param>
internal sealed record Query(bool FromRoot, ImmutableArray<Segment> Segments) : Operand
{
    public bool IsSingular => Segments.All(segment => segment.IsSingular);

    public IEnumerable<JsonElement> Find(JsonElement current, JsonElement root) => Segment.Walk(Segments, FromRoot ? root : current, root);

    public override JsonElement? Read(JsonElement current, JsonElement root)
    {
        foreach (var found in Find(current, root)) return found;
        return null;
    }
}
