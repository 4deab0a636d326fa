using System.Collections.Immutable;

namespace Hedgerow.Rest.Request;

/// <summary>The <c>Prefer</c> header (RFC 7240; PostgREST, Preferences). Null: not given.</summary>
public sealed record Preferences
{
    public Resolution? Resolution { get; init; }
    public Representation? Return { get; init; }
    public CountKind? Count { get; init; }

    /// <summary>True: commit, false: rollback.</summary>
    public bool? Commit { get; init; }

    /// <summary><c>missing=default</c>: true; <c>missing=null</c>: false.</summary>
    public bool? MissingAsDefault { get; init; }

    /// <summary><c>handling=strict</c>: true; <c>handling=lenient</c>: false.</summary>
    public bool? Strict { get; init; }

    public string? TimeZone { get; init; }
    public long? MaxAffected { get; init; }

    /// <summary>Preferences that nobody knows, as they were written; an error under <c>handling=strict</c>.</summary>
    public ImmutableArray<string> Invalid { get; init; } = [];
}

public enum Resolution { MergeDuplicates, IgnoreDuplicates }

public enum Representation { Full, HeadersOnly, Minimal }

public enum CountKind { Exact, Planned, Estimated }
