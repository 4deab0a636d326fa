using System.Collections.Immutable;

namespace Hedgerow.Rest.Request;

/// <summary>
/// A parsed query string, not yet held against the schema. Where a part belongs to an embedded resource, its
/// <c>Path</c> names the resources from the root (<c>clients.projects.name=eq.x</c> has the path [clients, projects]).
/// </summary>
public sealed record QueryString
{
    /// <summary>The parameters sorted and encoded, as <c>Content-Location</c> and caches want them.</summary>
    public required string Canonical { get; init; }

    /// <summary>Everything that can be an argument of a GET rpc, in order, name and raw value; repeated names stay repeated (VARIADIC).</summary>
    public ImmutableArray<KeyValuePair<string, string>> Parameters { get; init; } = [];

    /// <summary>Empty where <c>select</c> is absent: that means <c>*</c>.</summary>
    public ImmutableArray<SelectItem> Select { get; init; } = [];

    /// <summary>Column filters, in order. A parameter with no recognised operator is not here on RPC (it is an argument) and is an error elsewhere.</summary>
    public ImmutableArray<Placed<Filter>> Filters { get; init; } = [];

    /// <summary><c>and=</c> and <c>or=</c> trees, in order.</summary>
    public ImmutableArray<Placed<LogicTree>> Logic { get; init; } = [];

    public ImmutableArray<Placed<ImmutableArray<OrderTerm>>> Order { get; init; } = [];

    /// <summary>Limits and offsets, one entry a place.</summary>
    public ImmutableArray<Placed<RowRange>> Ranges { get; init; } = [];

    /// <summary><c>columns=</c>; null where absent.</summary>
    public ImmutableArray<string>? Columns { get; init; }

    /// <summary><c>on_conflict=</c>; null where absent.</summary>
    public ImmutableArray<string>? OnConflict { get; init; }
}

/// <summary>A part of the query string and the embedded resource it belongs to; an empty path is the root.</summary>
public sealed record Placed<T>(ImmutableArray<string> Path, T Value);
