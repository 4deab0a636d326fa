using System.Collections.Immutable;

namespace Hedgerow.Rest.Request;

/// <summary>
/// A parsed query string, not yet held against the schema. Where a part belongs to an embedded resource, its
/// <c>Path</c> names the resources from the root (<c>clients.projects.name=eq.x</c> has the path [clients, projects]).
/// </summary>
public sealed record QueryString
{
    /// <summary>The parameters sorted and encoded, as <c>Content-Location</c> and caches want them; without a question mark.</summary>
    public required string Canonical { get; init; }

    /// <summary>Arguments of a GET rpc: parameters without an operator, in order; repeated names stay repeated (VARIADIC). Empty for other requests.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Parameters { get; init; } = [];

    /// <summary>Where <c>select</c> is absent the one field <c>*</c>; empty for <c>select=</c>, which asks for no column at all.</summary>
    public ImmutableArray<SelectItem> Select { get; init; } = [];

    /// <summary>Column filters, in order. A parameter without an operator is an argument of a GET rpc and an error elsewhere.</summary>
    public ImmutableArray<Placed<Filter>> Filters { get; init; } = [];

    /// <summary><c>and=</c> and <c>or=</c> trees, in order.</summary>
    public ImmutableArray<Placed<LogicTree>> Logic { get; init; } = [];

    public ImmutableArray<Placed<ImmutableArray<OrderTerm>>> Order { get; init; } = [];

    /// <summary>Limits and offsets of embedded resources, one entry a place; the root's stand in <see cref="ApiRequest.Range"/>.</summary>
    public ImmutableArray<Placed<RowRange>> Ranges { get; init; } = [];

    /// <summary>The root's <c>limit</c> and <c>offset</c>, before the <c>Range</c> header.</summary>
    internal RowSpan RootRange { get; init; } = RowSpan.All;

    /// <summary><c>columns=</c>, sorted, each once; null where absent and where it has no meaning (it has for POST and PATCH).</summary>
    public ImmutableArray<string>? Columns { get; init; }

    /// <summary><c>on_conflict=</c>; null where absent.</summary>
    public ImmutableArray<string>? OnConflict { get; init; }
}

/// <summary>A part of the query string and the embedded resource it belongs to; an empty path is the root.</summary>
public sealed record Placed<T>(ImmutableArray<string> Path, T Value);
