using Hedgerow.Postgres;

namespace Hedgerow.Rest.Plan;

/// <summary>How rows become a body (PostgREST, Media Type Handlers).</summary>
public abstract record BodyFormat;

public sealed record NoBody : BodyFormat;

public sealed record JsonBody(bool NullsStripped) : BodyFormat;

/// <summary>One object where there is exactly one row.</summary>
public sealed record JsonObjectBody(bool NullsStripped) : BodyFormat;

public sealed record CsvBody : BodyFormat;

/// <summary>A FeatureCollection; needs PostGIS.</summary>
public sealed record GeoJsonBody : BodyFormat;

/// <summary>An aggregate (or a cast to a media-type domain) of the database's own.</summary>
/// <param name="Target">The row type it takes; null for any.</param>
public sealed record HandlerBody(QualifiedName Function, QualifiedName? Target) : BodyFormat;
