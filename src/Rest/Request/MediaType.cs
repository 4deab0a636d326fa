namespace Hedgerow.Rest.Request;

/// <summary>A media type of <c>Accept</c> or <c>Content-Type</c>.</summary>
public abstract record MediaType(string Name)
{
    public static readonly MediaType Json = new PlainMediaType("application/json");
    public static readonly MediaType Csv = new PlainMediaType("text/csv");
    public static readonly MediaType Text = new PlainMediaType("text/plain");
    public static readonly MediaType Xml = new PlainMediaType("text/xml");
    public static readonly MediaType OpenApi = new PlainMediaType("application/openapi+json");
    public static readonly MediaType GeoJson = new PlainMediaType("application/geo+json");
    public static readonly MediaType OctetStream = new PlainMediaType("application/octet-stream");
    public static readonly MediaType Form = new PlainMediaType("application/x-www-form-urlencoded");
    public static readonly MediaType Any = new PlainMediaType("*/*");
}

/// <summary>A media type with nothing special to it. <c>Name</c> has no parameters where it is one of those above, else it is the text as it came.</summary>
public sealed record PlainMediaType(string Name) : MediaType(Name);

/// <summary><c>application/vnd.pgrst.object</c>, with <c>;nulls=stripped</c>.</summary>
public sealed record SingularMediaType(bool NullsStripped) : MediaType("application/vnd.pgrst.object+json");

/// <summary><c>application/vnd.pgrst.array</c>, with <c>;nulls=stripped</c>.</summary>
public sealed record ArrayMediaType(bool NullsStripped) : MediaType("application/vnd.pgrst.array+json");

/// <summary><c>application/vnd.pgrst.plan</c> with its format, the media type it explains, and options.</summary>
public sealed record PlanMediaType(bool AsJson, MediaType For, PlanOptions Options) : MediaType(AsJson ? "application/vnd.pgrst.plan+json" : "application/vnd.pgrst.plan+text");

[Flags]
public enum PlanOptions { None = 0, Analyze = 1, Verbose = 2, Settings = 4, Buffers = 8, Wal = 16 }
