using System.Collections.Frozen;
using System.Collections.Immutable;
using Hedgerow.Postgres;

namespace Hedgerow.Rest.Schema;

/// <summary>
/// All that planning needs to know of the database, as one immutable value: loaded in one go, swapped in one assignment,
/// so a request plans against one consistent picture and a reload never drops one.
/// </summary>
public sealed record SchemaCache
{
    public required FrozenDictionary<QualifiedName, Table> Tables { get; init; }

    /// <summary>Relationships between exposed relations by their source, in the order in which alternatives are named (PGRST201).</summary>
    public required FrozenDictionary<QualifiedName, ImmutableArray<Relationship>> Relationships { get; init; }

    /// <summary>Overloads by name, those with fewer parameters first.</summary>
    public required FrozenDictionary<QualifiedName, ImmutableArray<Routine>> Routines { get; init; }

    /// <summary>Domain representations: (from type, to type) → function; types as <see cref="Column.NominalType"/> writes them; "json" and "text" are the other sides.</summary>
    public required FrozenDictionary<(string From, string To), QualifiedName> Representations { get; init; }

    /// <summary>Custom media-type handlers: aggregates and functions over a table's rows (PostgREST, Media Type Handlers).</summary>
    public required ImmutableArray<MediaHandler> MediaHandlers { get; init; }

    /// <summary>Schemas that the options expose and the database has not: nothing is found in them.</summary>
    public ImmutableArray<string> MissingSchemas { get; init; } = [];

    /// <summary>Comments of the exposed schemas (title and description of the OpenAPI page).</summary>
    public required FrozenDictionary<string, string> SchemaDescriptions { get; init; }

    /// <summary>Object identifiers of enumerations that are strings in JSON: all but those with a cast to JSON of their own.</summary>
    public FrozenSet<uint> EnumsAsText { get; init; } = FrozenSet<uint>.Empty;

    /// <summary>Roles that the login was granted, with their own settings (<c>ALTER ROLE … SET</c>).</summary>
    public required FrozenDictionary<string, RoleSettings> Roles { get; init; }

    /// <summary>The server's version number, such as 150018.</summary>
    public required int ServerVersion { get; init; }
}

/// <summary>What makes a media type: an aggregate, or the result of a function, whose domain is named like a media type.</summary>
/// <param name="Target">The relation an aggregate takes rows of (null: <c>anyelement</c>), or the function that returns the domain.</param>
/// <param name="MediaType">In lower case, such as <c>text/csv</c>; <c>*/*</c> for the any-handler, which answers as <c>application/octet-stream</c>.</param>
/// <param name="Function">What is called: the aggregate, or the domain's own name (a cast in the notation of a call).</param>
/// <param name="ResultType">The domain that carries the media type.</param>
public sealed record MediaHandler(QualifiedName? Target, string MediaType, QualifiedName Function, QualifiedName ResultType);

/// <summary>A role's own settings, applied to the transaction that runs as it.</summary>
/// <param name="IsolationLevel">From <c>default_transaction_isolation</c>; null for the server's default.</param>
/// <param name="Settings">The other settings that the login may set for itself: name and value.</param>
public sealed record RoleSettings(string? IsolationLevel, ImmutableArray<KeyValuePair<string, string>> Settings);
